import { describe, it } from "vitest";
import { compileCookieMatcher, cookieValue } from "../../../shared/matching/cookie-matcher.ts";
import type { CookieMatcher } from "../../../shared/schema/envoy-types.ts";
import { compileCleanly, reportsOf } from "./matcher-fixture.ts";

describe("cookieValue", () => {
  it.for<readonly [cookies: string, value: string | undefined]>([
    ["a=1", "1"],
    ["b=2;a=1", "1"],
    ["b=2;  a=1", "1"],
    ["a=2; a=1", "2"],
    ["a=", ""],
    ["a", undefined],
    ["aa=1", undefined],
    ["A=1", undefined],
    ["a =1", undefined],
    ["", undefined],
    ["a=1=2", "1=2"],
    ['a="1"', "1"],
    ['a="', '"'],
    ['a=""', ""],
  ])("finds a in %j: %j", ([cookies, value], { expect }) => {
    expect(cookieValue(cookies, "a")).toBe(value);
  });
});

describe("compileCookieMatcher", () => {
  const exact = { name: "a", stringMatch: { exact: "1" } };

  it.for<readonly [config: CookieMatcher, answers: readonly boolean[]]>([
    [exact, [false, true, false, true]],
    [{ ...exact, invertMatch: true }, [true, false, true, false]],
    [{ name: "a", stringMatch: { exact: "" } }, [false, false, false, false]],
    [{ name: "a", stringMatch: { safeRegex: { regex: "[0-9]" } } }, [false, true, true, true]],
  ])("answers %j for none, 1, 2, quoted 1 with %j", ([config, answers], { expect }) => {
    const matches = compileCleanly(compileCookieMatcher, config);
    expect([undefined, "a=1", "a=2; a=1", 'a="1"'].map((cookies) => matches(cookies))).toEqual(answers);
  });

  it("refuses a matcher of nothing", ({ expect }) => {
    expect(reportsOf(compileCookieMatcher, { name: "a" })).toEqual([
      "error match.string_match: expected one of exact, prefix, suffix, safe_regex, contains [config.oneof]",
    ]);
  });
});
