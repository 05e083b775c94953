import { invariant } from "../../base/invariant.ts";
import { ok, type Result } from "../../base/result.ts";
import { toByteString } from "../byte-string.ts";
import { LazyDfa } from "./lazy-dfa.ts";
import { type ParsedPattern, parsePattern } from "./parse-pattern.ts";
import { buildPositionAutomaton } from "./position-automaton.ts";
import { Re2Engine } from "./re2-engine.ts";
import type { Substitution } from "./substitution.ts";
import { literalPrefixOf, withoutAnchors } from "./syntax-tree.ts";

/**
 * A compiled regular expression with RE2's syntax and meaning, as Envoy runs it: over bytes (RE2's Latin-1 mode), so that `.`
 * is one byte and `é` in a pattern is the two bytes of its UTF-8 form. Texts are byte strings: one code unit per byte.
 *
 * A match takes time linear in the text, whatever the pattern: neither engine ever goes back in it. Replacing every match begins a
 * search behind each of them, which a pattern that looks far ahead makes quadratic, as in RE2.
 */
export interface Regex {
  /**
   * What decides {@link fullMatch}: an automaton of our own, or `re2js` for what that does not cover (word boundaries, Unicode
   * classes, multi-line anchors, very large patterns).
   */
  readonly engine: "dfa" | "re2";
  /** Every text that matches begins with this; may be empty. For indexing. */
  readonly literalPrefix: string;
  /** Number of capture groups. */
  readonly groupCount: number;
  /** Whether the whole text matches. */
  fullMatch(text: string): boolean;
  /** Replaces every match, as `regex_rewrite` does; always runs on `re2js`, which has capture groups. */
  replaceAll(text: string, substitution: Substitution): string;
}

/** Compiles a pattern as it stands in the configuration. The error reads as RE2 writes it: `missing ): (a`. */
export function compileRegex(pattern: string): Result<Regex, string> {
  const bytes = toByteString(pattern);
  const parsed = parsePattern(bytes);
  const regex = parsed && compileDfa(bytes, parsed);
  return regex === undefined ? compileRe2(bytes) : ok(regex);
}

function compileDfa(pattern: string, { root, groupCount }: ParsedPattern): Regex | undefined {
  const unanchored = withoutAnchors(root);
  if (unanchored === undefined) return undefined;
  const automaton = buildPositionAutomaton(unanchored);
  if (automaton === undefined) return undefined;
  const dfa = new LazyDfa(automaton);
  let re2: Re2Engine | undefined;
  return {
    engine: "dfa",
    literalPrefix: literalPrefixOf(unanchored),
    groupCount,
    fullMatch: (text) => dfa.fullMatch(text),
    replaceAll: (text, substitution) => {
      re2 ??= compiledRe2(pattern);
      return re2.replaceAll(text, substitution);
    },
  };
}

function compiledRe2(pattern: string): Re2Engine {
  const compiled = Re2Engine.compile(pattern);
  invariant(compiled.ok, "re2js accepts every pattern that parsePattern accepts");
  return compiled.value;
}

function compileRe2(pattern: string): Result<Regex, string> {
  const compiled = Re2Engine.compile(pattern);
  if (!compiled.ok) return compiled;
  const re2 = compiled.value;
  return ok({
    engine: "re2",
    literalPrefix: plainPrefix(pattern),
    groupCount: re2.groupCount,
    fullMatch: (text) => re2.fullMatch(text),
    replaceAll: (text, substitution) => re2.replaceAll(text, substitution),
  });
}

/** The plain characters that a pattern begins with, found without parsing it; none if it might have alternatives. */
function plainPrefix(pattern: string): string {
  if (pattern.includes("|")) return "";
  const [, plain = "", operator = ""] = /^\^?([\w/-]*)([?*{]?)/.exec(pattern) ?? [];
  return operator === "" ? plain : plain.slice(0, -1);
}
