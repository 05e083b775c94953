import { RE2JS, RE2JSSyntaxException } from "re2js";
import { err, ok, type Result } from "../../base/result.ts";
import type { Substitution } from "./substitution.ts";

/** RE2's words for what `re2js` says in Go's. */
const RE2_WORDS: Readonly<Record<string, string>> = {
  "missing closing )": "missing )",
  "missing closing ]": "missing ]",
  "invalid nested repetition operator": "bad repetition operator",
  "missing argument to repetition operator": "no argument for repetition operator",
  "invalid repeat count": "invalid repetition size",
  "invalid or unsupported Perl syntax": "invalid perl operator",
  "invalid named capture": "invalid named capture group",
  "trailing backslash at end of expression": "trailing \\",
};

/** RE2 itself, ported: all of its syntax, linear time, capture groups. Slower than an automaton without groups. */
export class Re2Engine {
  readonly #re2: RE2JS;

  private constructor(re2: RE2JS) {
    this.#re2 = re2;
  }

  /** Compiles a pattern that is a byte string; an error reads as RE2 writes it (`missing ): (a`). */
  static compile(pattern: string): Result<Re2Engine, string> {
    try {
      return ok(new Re2Engine(RE2JS.compile(pattern)));
    } catch (error) {
      return err(renderError(error));
    }
  }

  get groupCount(): number {
    return this.#re2.groupCount();
  }

  fullMatch(text: string): boolean {
    return this.#re2.testExact(text);
  }

  /**
   * Replaces every match. Source: RE2's `GlobalReplace`: leftmost first, no empty match right behind a match, and nothing at
   * all when the substitution names a group that the pattern does not have.
   */
  replaceAll(text: string, substitution: Substitution): string {
    if (substitution.maxGroup > this.groupCount) return text;
    const matcher = this.#re2.matcher(text);
    let result = "";
    let at = 0;
    let lastEnd = -1;
    while (at <= text.length && matcher.find(at)) {
      const [start, end] = [matcher.start(), matcher.end()];
      result += text.slice(at, start);
      if (start === end && start === lastEnd) {
        result += text.slice(start, start + 1);
        at = start + 1;
        continue;
      }
      for (const part of substitution.parts) result += typeof part === "string" ? part : (matcher.group(part) ?? "");
      at = end;
      lastEnd = end;
    }
    return result + text.slice(at);
  }
}

function renderError(error: unknown): string {
  if (!(error instanceof RE2JSSyntaxException)) return error instanceof Error ? error.message : String(error);
  const description = error.getDescription();
  const words = RE2_WORDS[description] ?? description;
  const part = error.getPattern();
  return part === null ? words : `${words}: ${part}`;
}
