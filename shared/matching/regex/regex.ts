import { ok, type Result } from "../../base/result.ts";
import { toByteString } from "../byte-string.ts";
import { Re2Engine } from "./re2-engine.ts";
import type { Substitution } from "./substitution.ts";

/**
 * A compiled regular expression with RE2's syntax and meaning, as Envoy runs it: over bytes (RE2's Latin-1 mode), so that `.`
 * is one byte and `é` in a pattern is the two bytes of its UTF-8 form. Texts are byte strings: one code unit per byte.
 */
export interface Regex {
  /** What decides {@link fullMatch}. Both take time linear in the text, whatever the pattern. */
  readonly engine: "dfa" | "re2";
  /** Every text that matches begins with this; may be empty. For indexing. */
  readonly literalPrefix: string;
  /** Number of capture groups. */
  readonly groupCount: number;
  /** Whether the whole text matches. */
  fullMatch(text: string): boolean;
  /** Replaces every match, as `regex_rewrite` does. */
  replaceAll(text: string, substitution: Substitution): string;
}

/** Compiles a pattern as it stands in the configuration. The error reads as RE2 writes it: `missing ): (a`. */
export function compileRegex(pattern: string): Result<Regex, string> {
  const bytes = toByteString(pattern);
  const re2 = Re2Engine.compile(bytes);
  if (!re2.ok) return re2;
  const engine = re2.value;
  return ok({
    engine: "re2",
    literalPrefix: plainPrefix(bytes),
    groupCount: engine.groupCount,
    fullMatch: (text) => engine.fullMatch(text),
    replaceAll: (text, substitution) => engine.replaceAll(text, substitution),
  });
}

/** The plain characters that a pattern begins with, found without parsing it; none if it might have alternatives. */
function plainPrefix(pattern: string): string {
  if (pattern.includes("|")) return "";
  const run = /^\^?([\w/-]*)([?*{]?)/.exec(pattern);
  const [, plain = "", operator = ""] = run ?? [];
  return operator === "" ? plain : plain.slice(0, -1);
}
