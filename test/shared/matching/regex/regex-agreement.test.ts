import fc from "fast-check";
import { RE2JS } from "re2js";
import { describe, it } from "vitest";
import { parsePattern } from "../../../../shared/matching/regex/parse-pattern.ts";
import { buildPositionAutomaton } from "../../../../shared/matching/regex/position-automaton.ts";
import { LazyDfa } from "../../../../shared/matching/regex/lazy-dfa.ts";
import { compileRegex } from "../../../../shared/matching/regex/regex.ts";
import { withoutAnchors } from "../../../../shared/matching/regex/syntax-tree.ts";

/** Well-formed and half-formed pieces of RE2 syntax; strung together they make valid and invalid patterns. */
const PIECES = [
  ...Array.from("abkA/.^$|*+?()-]{}"),
  "(?:",
  "(?i)",
  "(?i:",
  "(?s:",
  "(?P<n>",
  "(?U)",
  "(?-s)",
  "(?m)",
  "*?",
  "{2}",
  "{0,2}",
  "{1,}",
  "{,2}",
  "{0}",
  "{3,2}",
  "{1001}",
  "[a-c]",
  "[^a]",
  "[^/]+",
  "[]a]",
  "[^]a]",
  "[a-]",
  "[-a]",
  "[+--]",
  "[\\d-z]",
  "[[:alpha:]]",
  "[[:^upper:]]",
  "[\u00e9-\u00ff]",
  "[a",
  "\\d",
  "\\W",
  "\\w",
  "\\s",
  "\\A",
  "\\z",
  "\\b",
  "\\.",
  "\\_",
  "\\x61",
  "\\x{e9}",
  "\\n",
  "\\pL",
  "\\Q",
  "\\1",
  "\u00e9",
  "\u00c9",
];
const CHARS = Array.from("abkzA/1 .-_{\n\0\u00e9\u00c9\u00ff\u00b5");

const pattern = fc.array(fc.constantFrom(...PIECES), { minLength: 1, maxLength: 8 }).map((pieces) => pieces.join(""));
const texts = fc.array(
  fc.array(fc.constantFrom(...CHARS), { maxLength: 7 }).map((chars) => chars.join("")),
  { minLength: 8, maxLength: 8 },
);

/** The pattern as it stands in a configuration, which is Unicode, for bytes. */
const asConfigured = (bytes: string): string => new TextDecoder().decode(Uint8Array.from(bytes, byteOf));
const byteOf = (char: string): number => char.charCodeAt(0);

function reference(source: string): RE2JS | undefined {
  try {
    return RE2JS.compile(source);
  } catch {
    return undefined;
  }
}

function dfaOf(source: string, maxStates?: number): LazyDfa | undefined {
  const root = parsePattern(source)?.root;
  const unanchored = root && withoutAnchors(root);
  const automaton = unanchored && buildPositionAutomaton(unanchored);
  return automaton && new LazyDfa(automaton, maxStates);
}

describe("parsePattern", () => {
  it("accepts nothing that re2js refuses, and counts the same groups", ({ expect }) => {
    let accepted = 0;
    fc.assert(
      fc.property(pattern, (source) => {
        const groupCount = parsePattern(source)?.groupCount;
        fc.pre(groupCount !== undefined);
        accepted += 1;
        expect(groupCount).toBe(reference(source)?.groupCount());
      }),
      { seed: 20_260_104, numRuns: 2000 },
    );
    expect(accepted).toBe(2000);
  });
});

describe("LazyDfa", () => {
  it.for([4, 1024])("agrees with re2js on every text, with room for %i states", (maxStates, { expect }) => {
    fc.assert(
      fc.property(pattern, texts, (source, samples) => {
        const dfa = dfaOf(source, maxStates);
        fc.pre(dfa !== undefined);
        const re2 = RE2JS.compile(source);
        expect(samples.map((text) => dfa.fullMatch(text))).toEqual(samples.map((text) => re2.testExact(text)));
        expect(dfa.stateCount).toBeLessThanOrEqual(maxStates);
      }),
      { seed: 20_260_105, numRuns: 2000 },
    );
  });

  it.for([
    "(a+)+$",
    "(a|a)*b",
    "(.*)*x",
    "(a*)*b",
    "(a?){60}a{60}",
    "(.*a){12}",
    "([a-z]+)*\\d",
    "^(([a-z])+.)+[A-Z]$",
  ])("computes few steps for %s, however long the text", (source, { expect }) => {
    const dfa = dfaOf(source);
    const text = "a".repeat(100_000);
    expect(dfa?.fullMatch(`${text}!`)).toBe(false);
    const steps = dfa?.computedSteps;
    expect(steps).toBeLessThanOrEqual(200);
    expect(dfa?.fullMatch(`${text}${text}!`)).toBe(false);
    expect(dfa?.computedSteps).toBe(steps);
  });

  it("goes on when its table is full: a step then costs at most one pass over the positions", ({ expect }) => {
    const dfa = dfaOf("[ab]*a[ab]{12}", 64);
    const text = Array.from({ length: 20_000 }, (_, at) => "ab"[Math.imul(at * at + 1, 0x9e3779b1) >>> 31]).join("");
    expect(dfa?.fullMatch(text)).toBe(text.at(-13) === "a");
    expect(dfa?.computedSteps).toBeGreaterThan(1000);
    expect(dfa?.computedSteps).toBeLessThanOrEqual(text.length);
    expect(dfa?.stateCount).toBeLessThanOrEqual(64);
  });

  it("matches no text with a code unit that is no byte", ({ expect }) => {
    expect(dfaOf(".*")?.fullMatch("\u212a")).toBe(false);
  });
});

describe("Regex", () => {
  it("every match begins with literalPrefix", ({ expect }) => {
    fc.assert(
      fc.property(pattern, texts, (bytes, samples) => {
        const regex = compileRegex(asConfigured(bytes));
        fc.pre(regex.ok);
        const matched = samples.filter((text) => regex.value.fullMatch(text));
        expect(matched.filter((text) => !text.startsWith(regex.value.literalPrefix))).toEqual([]);
      }),
      { seed: 20_260_106, numRuns: 2000 },
    );
  });
});
