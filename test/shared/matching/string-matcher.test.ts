import { describe, it } from "vitest";
import { compileStringMatcher } from "../../../shared/matching/string-matcher.ts";
import type { EnvoyTypeMatcherStringMatcher } from "../../../shared/schema/envoy-types.ts";
import { compileCleanly, reportsOf } from "./matcher-fixture.ts";

type Case = readonly [config: EnvoyTypeMatcherStringMatcher, yes: readonly string[], no: readonly string[]];

describe("compileStringMatcher", () => {
  it.for<Case>([
    [{ exact: "a" }, ["a"], ["A", "ab", ""]],
    [{ exact: "" }, [""], ["a"]],
    [{ exact: "Ab", ignoreCase: true }, ["ab", "AB", "aB"], ["abc"]],
    [{ prefix: "/a" }, ["/a", "/ab"], ["a", "/A"]],
    [{ prefix: "/A", ignoreCase: true }, ["/ab", "/AB"], ["/", "x/a"]],
    [{ suffix: ".com" }, ["x.com", ".com"], ["x.com.", "x.COM"]],
    [{ suffix: ".COM", ignoreCase: true }, ["x.com", "x.Com"], ["x.org"]],
    [{ contains: "bb" }, ["abba", "bb"], ["aba", "aBBa"]],
    [{ contains: "Bb", ignoreCase: true }, ["aBBa", "abba"], ["aba"]],
    [{ safeRegex: { regex: "a+|b" } }, ["a", "aaa", "b"], ["ab", "xa", ""]],
    [{ safeRegex: { googleRe2: {}, regex: "\\bx\\b" } }, ["x"], ["xx"]],
  ])("%j compares the whole value", ([config, yes, no], { expect }) => {
    const matches = compileCleanly(compileStringMatcher, config);
    expect(yes.filter((value) => !matches(value))).toEqual([]);
    expect(no.filter((value) => matches(value))).toEqual([]);
  });

  it("compares the UTF-8 bytes of a configured text, and folds ASCII only", ({ expect }) => {
    const matches = compileCleanly(compileStringMatcher, { exact: "caf\u00e9", ignoreCase: true });
    expect(["CAF\u00c3\u00a9", "caf\u00c3\u0089", "caf\u00e3\u00a9", "caf\u00e9"].map(matches)).toEqual([
      true,
      false,
      false,
      false,
    ]);
  });

  it.for<readonly [EnvoyTypeMatcherStringMatcher, string]>([
    [{}, "error match: expected one of exact, prefix, suffix, safe_regex, contains [config.oneof]"],
    [{ custom: { name: "x" } }, "error match.custom: custom string matchers are not implemented [config.unsupported]"],
    [
      { safeRegex: { regex: "a" }, ignoreCase: true },
      "error match.ignore_case: ignore_case has no effect for safe_regex [config.oneof]",
    ],
    [
      { safeRegex: { regex: "(a" } },
      "error match.safe_regex.regex: expected a regular expression of RE2, got missing ): (a [config.regex]",
    ],
  ])("refuses %j by name", ([config, report], { expect }) => {
    expect(reportsOf(compileStringMatcher, config)).toEqual([report]);
  });
});
