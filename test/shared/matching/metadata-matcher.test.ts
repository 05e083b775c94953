import { describe, it } from "vitest";
import { compileMetadataMatcher } from "../../../shared/matching/metadata-matcher.ts";
import type { ValueMatcher } from "../../../shared/schema/envoy-types.ts";
import { compileCleanly, reportsOf } from "./matcher-fixture.ts";

const VALUES = { s: "x", n: 3, b: true, z: null, l: ["x", 1], o: { p: "q" }, e: [], __proto__x: 1 };
const PATHS = ["s", "n", "b", "z", "l", "o", "o.p", "e", "none", "o.none", "s.t", "toString", "l.0"];
const metadata = { metadata: (namespace: string) => (namespace === "ns" ? VALUES : undefined) };

function matching(value: ValueMatcher, invert: boolean, filter = "ns"): string[] {
  return PATHS.filter((text) => {
    const path = text.split(".").map((key) => ({ key }));
    return compileCleanly(compileMetadataMatcher, { filter, path, value, invert })(metadata);
  });
}

describe("compileMetadataMatcher", () => {
  // What Envoy 1.39 answers for the same values.
  it.for<readonly [value: ValueMatcher, paths: readonly string[]]>([
    [{ stringMatch: { exact: "x" } }, ["s"]],
    [{ stringMatch: { prefix: "q" } }, ["o.p"]],
    [{ doubleMatch: { exact: 3 } }, ["n"]],
    [{ doubleMatch: { range: { start: 3, end: 4 } } }, ["n"]],
    [{ doubleMatch: { range: { start: 2, end: 3 } } }, []],
    [{ boolMatch: true }, ["b"]],
    [{ boolMatch: false }, []],
    [{ nullMatch: {} }, ["z"]],
    [{ presentMatch: true }, ["s", "n", "b", "z", "l", "o", "o.p", "e"]],
    [{ presentMatch: false }, []],
    [{ listMatch: { oneOf: { stringMatch: { exact: "x" } } } }, ["l"]],
    [{ orMatch: { valueMatchers: [{ stringMatch: { exact: "x" } }, { boolMatch: true }] } }, ["s", "b"]],
  ])("holds with %j for %j, and inverted for all the others", ([value, paths], { expect }) => {
    expect(matching(value, false)).toEqual(paths);
    expect(matching(value, true)).toEqual(PATHS.filter((path) => !paths.includes(path)));
  });

  it("finds nothing in another namespace", ({ expect }) => {
    expect(matching({ presentMatch: true }, false, "other")).toEqual([]);
  });

  it.for<readonly [value: ValueMatcher, report: string]>([
    [{}, "match.value: expected one of"],
    [{ stringMatch: {} }, "match.value.string_match: expected one of"],
    [{ listMatch: { oneOf: {} } }, "match.value.list_match.one_of: expected one of"],
    [
      { orMatch: { valueMatchers: [{ nullMatch: {} }, {}] } },
      "match.value.or_match.value_matchers[1]: expected one of",
    ],
  ])("refuses %j", ([value, report], { expect }) => {
    expect(reportsOf(compileMetadataMatcher, { filter: "ns", value })).toEqual([expect.stringContaining(report)]);
  });
});
