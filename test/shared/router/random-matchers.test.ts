import { describe, it } from "vitest";
import { expectAgreement } from "./compare-with-interpreter.ts";
import { headerTables, matcherTables } from "./random-tables.ts";

describe("compileRouteTable", () => {
  it("follows matchers where a reading from first to last follows them", ({ expect }) => {
    expectAgreement(expect, matcherTables, { seed: 20_260_106, numRuns: 2000, requestsEach: 10 });
  });

  it("divides routes on one path by their headers without changing which comes first", ({ expect }) => {
    expectAgreement(expect, headerTables, { seed: 20_260_103, numRuns: 500, requestsEach: 20 });
  });
});
