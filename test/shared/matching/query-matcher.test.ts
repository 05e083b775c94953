import { describe, it } from "vitest";
import { compileQueryMatcher, queryParameter } from "../../../shared/matching/query-matcher.ts";
import type { QueryParameterMatcher } from "../../../shared/schema/envoy-types.ts";
import { compileCleanly, reportsOf } from "./matcher-fixture.ts";

describe("queryParameter", () => {
  it.for<readonly [path: string, value: string | undefined]>([
    ["/p", undefined],
    ["/p?", undefined],
    ["/p?q", ""],
    ["/p?q=", ""],
    ["/p?q=1", "1"],
    ["/p?q=1&q=2", "1"],
    ["/p?a=b&q=1", "1"],
    ["/p?qq=1", undefined],
    ["/p?xq=1", undefined],
    ["/p?a=q", undefined],
    ["/p?q=a=b", "a=b"],
    ["/p?q=%41+b", "%41+b"],
    ["/p?&&q=1", "1"],
    ["/p?a?q=1", undefined],
    ["/p?Q=1", undefined],
    ["/q=1", undefined],
    ["/p?q&q=2", ""],
  ])("finds q in %s: %j", ([path, value], { expect }) => {
    expect(queryParameter(path, "q")).toBe(value);
  });
});

describe("compileQueryMatcher", () => {
  it.for<readonly [config: QueryParameterMatcher, answers: readonly boolean[]]>([
    [{}, [false, true, true, true]],
    [{ presentMatch: true }, [false, true, true, true]],
    [{ presentMatch: false }, [true, false, false, false]],
    [{ stringMatch: { exact: "1" } }, [false, false, true, false]],
    [{ stringMatch: { exact: "" } }, [false, true, false, false]],
    [{ stringMatch: { safeRegex: { regex: "[0-9]+" } } }, [false, false, true, true]],
  ])("%j on q missing, empty, 1, and 2 before 1", ([config, answers], { expect }) => {
    const matches = compileCleanly(compileQueryMatcher, { name: "q", ...config });
    expect(["/p", "/p?q", "/p?q=1", "/p?q=2&q=1"].map(matches)).toEqual(answers);
  });

  it("reports what its string matcher reports", ({ expect }) => {
    expect(reportsOf(compileQueryMatcher, { name: "q", stringMatch: { custom: { name: "x" } } })).toEqual([
      "error match.string_match.custom: custom string matchers are not implemented [config.unsupported]",
    ]);
  });
});
