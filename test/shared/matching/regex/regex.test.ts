import { describe, it } from "vitest";
import { compileRegex, type Regex } from "../../../../shared/matching/regex/regex.ts";
import { parseSubstitution } from "../../../../shared/matching/regex/substitution.ts";

function compiled(pattern: string): Regex {
  const result = compileRegex(pattern);
  if (!result.ok) throw new Error(result.error);
  return result.value;
}

describe("compileRegex", () => {
  it.for<readonly [pattern: string, error: string]>([
    ["(a", "missing ): (a"],
    ["a)", "unexpected ): a)"],
    ["[a", "missing ]: [a"],
    ["a**", "bad repetition operator: **"],
    ["*a", "no argument for repetition operator: *"],
    ["a{1001}", "invalid repetition size: {1001}"],
    ["((a{100}){100}){100}", "invalid repetition size: {100}"],
    ["(?:(?:){32}){32}", "invalid repetition size: {32}"],
    ["[z-a]", "invalid character class range: z-a"],
    ["\\y", "invalid escape sequence: \\y"],
    ["\\1", "invalid escape sequence: \\1"],
    ["(?=a)", "invalid perl operator: (?="],
    ["\\pX", "invalid character class range: \\pX"],
    ["(?P<n", "invalid named capture group: (?P<n"],
    ["a\\", "trailing \\"],
  ])("refuses %s in RE2's words", ([pattern, error], { expect }) => {
    expect(compileRegex(pattern)).toEqual({ ok: false, error });
  });

  it.for<readonly [pattern: string, engine: Regex["engine"]]>([
    ["/api/v[0-9]+/users/[^/]+", "dfa"],
    ["^/app1/?(.*)$", "dfa"],
    [".*\\.jpg", "dfa"],
    ["(?i)/Static/(?P<file>[[:alnum:]_.-]{1,63})", "dfa"],
    ["(^/a$)|(^/b$)", "dfa"],
    ["(?:a{30}){30}", "dfa"],
    ["\\bword\\b", "re2"],
    ["\\pL+", "re2"],
    ["(?m)^a$", "re2"],
    ["a^b", "re2"],
    ["(?:[a-z]{0,500}x){0,2}", "re2"],
  ])("runs %s on the engine %s", ([pattern, engine], { expect }) => {
    expect(compiled(pattern).engine).toBe(engine);
  });

  it.for<readonly [pattern: string, prefix: string]>([
    ["/api/v[0-9]+", "/api/v"],
    ["^/app1/?(.*)$", "/app1"],
    ["(/a/b|/a/c)/d", "/a/"],
    ["/a(?:/b)+", "/a/b"],
    ["/a(?:/b)?", "/a"],
    ["/a(?i)b", "/a"],
    ["/a\\.b", "/a.b"],
    ["/a{2}b", "/a"],
    [".*", ""],
    ["/x|", ""],
    ["/word\\b.*", "/word"],
    ["/words?\\b", "/word"],
    ["/a\\b|/b", ""],
  ])("%s makes every match begin with %j", ([pattern, prefix], { expect }) => {
    expect(compiled(pattern).literalPrefix).toBe(prefix);
  });

  it.for(["(a)(b)", "(?:a)(?P<x>b)(c)", "\\b(a)(b)"])("counts the capture groups of %s", (pattern, { expect }) => {
    expect(compiled(pattern).groupCount).toBe(2);
  });
});

describe("Regex.fullMatch", () => {
  it.for<readonly [pattern: string, text: string, matches: boolean]>([
    ["/app", "/app", true],
    ["/app", "/app/", false],
    ["/app", "x/app", false],
    ["/app.*", "/app10", true],
    ["a|ab", "ab", true],
    ["a.b", "a\nb", false],
    ["(?s)a.b", "a\nb", true],
    ["[^a]", "\n", true],
    ["\\s", "\v", false],
    ["[[:space:]]", "\v", true],
    ["\\s", "\u00a0", false],
    ["\\w", "\u00e9", false],
    ["(?i)stra[^S]e", "STRAsE", false],
    ["(?i)[[:^upper:]]", "a", false],
    ["a$", "a\n", false],
    ["x{0}", "", true],
    ["\\Qa.b\\E", "a.b", true],
    ["\\Qa.b\\E", "axb", false],
  ])("%j and %j: %s", ([pattern, text, matches], { expect }) => {
    expect(compiled(pattern).fullMatch(text)).toBe(matches);
  });

  it.for<readonly [pattern: string, text: string, matches: boolean]>([
    [".", "\u00ff", true],
    [".", "\u00c3\u00a9", false],
    ["..", "\u00c3\u00a9", true],
    ["\u00e9", "\u00c3\u00a9", true],
    ["\u00e9", "\u00e9", false],
    ["(?i)\u00e9", "\u00e3\u00a9", true],
    ["(?i)\u00e9", "\u00c3\u0089", false],
    ["[^/]+", "\u00ff\u00fe", true],
    ["\\pL", "\u00ff", true],
    ["[\u00e0-\u00fc]+", "\u00c3\u00a9", true],
  ])("works on bytes, as Envoy's Latin-1 mode does: %j and %j: %s", ([pattern, text, matches], { expect }) => {
    expect(compiled(pattern).fullMatch(text)).toBe(matches);
  });
});

describe("Regex.replaceAll", () => {
  const rewrite = (pattern: string, substitution: string, text: string): string =>
    compiled(pattern).replaceAll(text, parseSubstitution(substitution));

  it.for<readonly [pattern: string, substitution: string, result: string]>([
    ["^/3/?(.*)$", "/\\1", "/baab-a"],
    ["(a)", "[\\1\\\\\\0]", "/3/b[a\\a][a\\a]b-[a\\a]"],
    ["a*", "-", "-/-3-/-b-b---"],
    ["a|", "<\\0>", "<>/<>3<>/<>b<a><a>b<>-<a>"],
    ["(b)?a", "{\\1}", "/3/{b}{}b-{}"],
    ["\\ba", "X", "/3/baab-X"],
    ["x*$", "!", "/3/baab-a!"],
  ])("replaces every %s by %s as RE2 does", ([pattern, substitution, result], { expect }) => {
    expect(rewrite(pattern, substitution, "/3/baab-a")).toBe(result);
  });

  it("changes nothing when the substitution names a group that is not there", ({ expect }) => {
    expect(rewrite("(a)", "\\5", "/baab")).toBe("/baab");
  });

  it.for<readonly [substitution: string, result: string]>([
    ["x\\xy", "/bxxb"],
    ["q\\", "/bqqb"],
    ["u\\x\\7", "/baab"],
  ])("leaves out what follows a bad escape: %s", ([substitution, result], { expect }) => {
    expect(rewrite("(a)", substitution, "/baab")).toBe(result);
  });
});
