import { describe, it } from "vitest";
import { compileRegexMatcher, compileRegexRewrite } from "../../../shared/matching/regex-matcher.ts";
import { compileCleanly, reportsOf } from "./matcher-fixture.ts";

describe("compileRegexMatcher", () => {
  it("reports a pattern that RE2 refuses", ({ expect }) => {
    expect(reportsOf(compileRegexMatcher, { regex: "(?=a)" })).toEqual([
      "error match.regex: expected a regular expression of RE2, got invalid perl operator: (?= [config.regex]",
    ]);
  });
});

describe("compileRegexRewrite", () => {
  it("replaces with the UTF-8 bytes of the substitution", ({ expect }) => {
    const rewrite = compileCleanly(compileRegexRewrite, {
      pattern: { regex: "^/([a-z]+)/(.*)$" },
      substitution: "/\u00e9/\\2/\\1",
    });
    expect(rewrite("/app/x/y")).toBe("/\u00c3\u00a9/x/y/app");
  });

  it.for<readonly [substitution: string, message: string]>([
    ["\\2", "nothing is rewritten: \\2 is named, the pattern has 1 groups"],
    ["a\\x", "what follows a \\ that is no \\0 to \\9 or \\\\ is left out"],
  ])("warns of %s, which Envoy accepts but cannot carry out", ([substitution, message], { expect }) => {
    expect(reportsOf(compileRegexRewrite, { pattern: { regex: "(a)" }, substitution })).toEqual([
      `warning match.substitution: ${message} [config.substitution]`,
    ]);
  });

  it("reports a pattern that RE2 refuses", ({ expect }) => {
    expect(reportsOf(compileRegexRewrite, { pattern: { regex: "[" }, substitution: "x" })).toEqual([
      "error match.pattern.regex: expected a regular expression of RE2, got missing ]: [ [config.regex]",
    ]);
  });
});
