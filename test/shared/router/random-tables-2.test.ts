import { describe, it } from "vitest";
import { expectAgreement } from "./compare-with-interpreter.ts";
import { tables } from "./random-tables.ts";

describe("compileRouteTable", () => {
  it("sends every request where a reading from first to last sends it (2 of 3)", ({ expect }) => {
    expectAgreement(expect, tables, { seed: 20_260_104, numRuns: 2500, requestsEach: 10 });
  });
});
