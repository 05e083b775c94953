import { err, ok, type Result } from "../base/result.ts";
import { createMapNode, type MapEntry, type SourceNode } from "./source-node.ts";
import { type LoadLimits, SourceError, type SourceProblem, type SourceTree, TreeBudget } from "./source-tree.ts";

/**
 * Parses JSON (RFC 8259) and keeps where each value stands, which JSON.parse does not; the YAML parser could read it, but takes
 * fifty times as long. As in Envoy's parser a comma may follow the last element, strings may be single-quoted and keys bare.
 */
export function parseJson(text: string, limits: LoadLimits): Result<SourceTree, SourceProblem> {
  try {
    return ok({ format: "json", root: new JsonParser(text, limits).document() });
  } catch (error) {
    if (error instanceof SourceError) return err(error.problem);
    throw error;
  }
}

const NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
const WORD = /[A-Za-z_$][\w$]*/y;
const SPACE = /[ \t\r\n]*/y;

const ESCAPES: ReadonlyMap<string, string> = new Map([
  ['"', '"'],
  ["'", "'"],
  ["\\", "\\"],
  ["/", "/"],
  ["b", "\b"],
  ["f", "\f"],
  ["n", "\n"],
  ["r", "\r"],
  ["t", "\t"],
]);

class JsonParser {
  readonly #text: string;
  readonly #budget: TreeBudget;
  #at = 0;

  constructor(text: string, limits: LoadLimits) {
    this.#text = text;
    this.#budget = new TreeBudget(limits);
  }

  /** @throws SourceError where the text is not JSON or is beyond a limit */
  document(): SourceNode {
    const root = this.#value(1);
    this.#skipSpace();
    if (this.#at < this.#text.length) throw this.#unexpected("the end of the file");
    return root;
  }

  #value(depth: number): SourceNode {
    this.#skipSpace();
    const offset = this.#at;
    this.#budget.spend(1, depth, offset);
    const first = this.#text[offset];
    if (first === "{") return this.#object(depth);
    if (first === "[") return this.#array(depth);
    if (first === '"' || first === "'") return { kind: "string", text: this.#string(first), offset };
    const number = this.#match(NUMBER);
    if (number !== undefined) return { kind: "number", text: number, offset };
    return this.#word(offset);
  }

  #word(offset: number): SourceNode {
    const word = this.#match(WORD);
    if (word === "true" || word === "false") return { kind: "bool", value: word === "true", offset };
    if (word === "null") return { kind: "null", offset };
    this.#at = offset;
    throw this.#unexpected("a value");
  }

  #object(depth: number): SourceNode {
    const offset = this.#at;
    const entries: MapEntry[] = [];
    this.#at += 1;
    while (!this.#closes("}")) {
      const keyOffset = this.#at;
      const key = this.#key();
      this.#skipSpace();
      if (this.#text[this.#at] !== ":") throw this.#unexpected('":"');
      this.#at += 1;
      entries.push({ key, keyOffset, value: this.#value(depth + 1) });
      this.#separator("}");
    }
    return createMapNode(entries, offset);
  }

  #array(depth: number): SourceNode {
    const offset = this.#at;
    const items: SourceNode[] = [];
    this.#at += 1;
    while (!this.#closes("]")) {
      items.push(this.#value(depth + 1));
      this.#separator("]");
    }
    return { kind: "list", items, offset };
  }

  #key(): string {
    const first = this.#text[this.#at];
    if (first === '"' || first === "'") return this.#string(first);
    const word = this.#match(WORD);
    if (word === undefined) throw this.#unexpected("a key");
    return word;
  }

  #closes(bracket: string): boolean {
    this.#skipSpace();
    if (this.#text[this.#at] !== bracket) return false;
    this.#at += 1;
    return true;
  }

  /** Takes a comma, or leaves the closing bracket to be taken. */
  #separator(bracket: string): void {
    this.#skipSpace();
    const next = this.#text[this.#at];
    if (next === ",") this.#at += 1;
    else if (next !== bracket) throw this.#unexpected(`"," or "${bracket}"`);
  }

  #string(quote: string): string {
    const start = this.#at;
    let from = start + 1;
    let decoded = "";
    for (let index = from; index < this.#text.length; index += 1) {
      const code = this.#text.charCodeAt(index);
      if (code === BACKSLASH) {
        const escape = this.#escape(index);
        decoded += this.#text.slice(from, index) + escape.text;
        index += escape.length - 1;
        from = index + 1;
      } else if (code < SPACE_CODE) {
        this.#at = index;
        throw this.#unexpected("an escape in place of a control character");
      } else if (this.#text[index] === quote) {
        this.#at = index + 1;
        return decoded + this.#text.slice(from, index);
      }
    }
    throw new SourceError("config.syntax", "the string has no end", start);
  }

  #escape(index: number): { readonly text: string; readonly length: number } {
    const letter = this.#text[index + 1] ?? "";
    const plain = ESCAPES.get(letter);
    if (plain !== undefined) return { text: plain, length: 2 };
    const digits = this.#text.slice(index + 2, index + 6);
    if (letter === "u" && /^[\da-fA-F]{4}$/.test(digits))
      return { text: String.fromCharCode(Number(`0x${digits}`)), length: 6 };
    this.#at = index;
    throw this.#unexpected("an escape of JSON");
  }

  #match(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.#text);
    if (found === null) return undefined;
    this.#at = pattern.lastIndex;
    return found[0];
  }

  #skipSpace(): void {
    SPACE.lastIndex = this.#at;
    SPACE.test(this.#text);
    this.#at = SPACE.lastIndex;
  }

  #unexpected(expected: string): SourceError {
    const next = this.#text[this.#at];
    const got = next === undefined ? "the end of the file" : JSON.stringify(next);
    return new SourceError("config.syntax", `expected ${expected}, got ${got}`, this.#at);
  }
}

const BACKSLASH = 0x5c;
const SPACE_CODE = 0x20;
