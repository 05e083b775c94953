import { type ByteSet, byteSet, caseFolded, complementOf, singleByte, unionOf } from "./byte-set.ts";
import { ANY_BYTE, NOT_NEWLINE, PERL_CLASSES, POSIX_CLASSES } from "./char-classes.ts";
import { EMPTY, type RegexNode } from "./syntax-tree.ts";

/** A pattern that was understood. */
export interface ParsedPattern {
  readonly root: RegexNode;
  /** Number of capture groups. */
  readonly groupCount: number;
}

/**
 * Parses the part of RE2's syntax whose meaning for a whole text is plain: literals, classes, `.`, groups, flags, repetition,
 * `^`, `$`, `\A`, `\z`. Gives `undefined` for everything else, right or wrong: `re2js` then decides. What is accepted here
 * is valid RE2 and means the same there; tests compare the two on generated patterns.
 *
 * Grammar: https://github.com/google/re2/wiki/Syntax. The pattern is a byte string.
 */
export function parsePattern(pattern: string): ParsedPattern | undefined {
  try {
    const parser = new PatternParser(pattern);
    return { root: parser.parse(), groupCount: parser.groupCount };
  } catch (error) {
    if (error instanceof OutsideSubset) return undefined;
    throw error;
  }
}

/** Leaves the parser; never leaves this file. */
class OutsideSubset extends Error {}

interface Flags {
  readonly foldCase: boolean;
  readonly dotAll: boolean;
  readonly multiLine: boolean;
}

const MAX_REPEAT = 1000;
/** Deep nesting is refused by RE2, too, at 1000. */
const MAX_DEPTH = 200;

const CONTROL_ESCAPES: Readonly<Record<string, number>> = { a: 7, f: 12, n: 10, r: 13, t: 9, v: 11 };

const COUNTED_REPEAT = /\{([0-9]+)(?:(,)([0-9]*))?\}/y;
const FLAG_GROUP = /\(\?([imsU]*)(?:-([imsU]+))?([:)])/y;
const NAMED_GROUP = /\(\?P?<([A-Za-z0-9_]+)>/y;
const POSIX_CLASS = /\[:(\^?)([a-z]+):\]/y;
const HEX_ESCAPE = /\\x(?:([0-9A-Fa-f]{2})|\{([0-9A-Fa-f]+)\})/y;

class PatternParser {
  groupCount = 0;
  readonly #pattern: string;
  readonly #names = new Set<string>();
  #at = 0;
  #depth = 0;
  /** The largest product of nested repeat counts in what was parsed last; RE2 refuses more than 1000. */
  #repeats = 1;
  #flags: Flags = { foldCase: false, dotAll: false, multiLine: false };

  constructor(pattern: string) {
    this.#pattern = pattern;
  }

  parse(): RegexNode {
    const root = this.#alternation();
    this.#require(this.#at === this.#pattern.length);
    return root;
  }

  #alternation(): RegexNode {
    const items = [this.#concat()];
    while (this.#take("|")) items.push(this.#concat());
    const [only = EMPTY] = items;
    return items.length === 1 ? only : { kind: "alternation", items };
  }

  #concat(): RegexNode {
    const items: RegexNode[] = [];
    while (this.#at < this.#pattern.length && this.#peek() !== "|" && this.#peek() !== ")") {
      const repeatsBefore = this.#repeats;
      this.#repeats = 1;
      const atom = this.#atom();
      // A group of nothing but flags is no operand: RE2 refuses `(?i)*`.
      if (atom === undefined) this.#require(!this.#isRepeat());
      else items.push(this.#repeated(atom));
      this.#repeats = Math.max(this.#repeats, repeatsBefore);
    }
    const [only = EMPTY] = items;
    return items.length <= 1 ? only : { kind: "concat", items };
  }

  #repeated(item: RegexNode): RegexNode {
    const bounds = this.#repeatBounds();
    if (bounds === undefined) return item;
    this.#take("?");
    this.#require(!this.#isRepeat());
    this.#repeats *= Math.max(1, bounds.max === Infinity ? bounds.min : bounds.max);
    this.#require(this.#repeats <= MAX_REPEAT);
    return { kind: "repeat", item, ...bounds };
  }

  #isRepeat(): boolean {
    const at = this.#at;
    const found = this.#repeatBounds() !== undefined;
    this.#at = at;
    return found;
  }

  #repeatBounds(): { min: number; max: number } | undefined {
    if (this.#take("*")) return { min: 0, max: Infinity };
    if (this.#take("+")) return { min: 1, max: Infinity };
    if (this.#take("?")) return { min: 0, max: 1 };
    const counted = this.#match(COUNTED_REPEAT);
    if (counted === undefined) return undefined;
    const [, low = "", comma, high = ""] = counted;
    const min = Number(low);
    const max = comma === undefined ? min : high === "" ? Infinity : Number(high);
    this.#require(min <= max && min <= MAX_REPEAT && (max <= MAX_REPEAT || max === Infinity));
    return { min, max };
  }

  /** `undefined` for a group of nothing but flags. */
  #atom(): RegexNode | undefined {
    this.#require(!this.#isRepeat());
    switch (this.#peek()) {
      case "(":
        return this.#group();
      case "[":
        return { kind: "set", set: this.#charClass() };
      case "\\":
        return this.#escape();
      case ".":
        this.#at += 1;
        return { kind: "set", set: this.#flags.dotAll ? ANY_BYTE : NOT_NEWLINE };
      case "^":
      case "$":
        this.#require(!this.#flags.multiLine);
        return { kind: this.#next() === "^" ? "begin" : "end" };
      default:
        return this.#literal(this.#next().charCodeAt(0));
    }
  }

  #group(): RegexNode | undefined {
    const outer = this.#flags;
    const flags = this.#match(FLAG_GROUP);
    if (flags !== undefined) {
      const [, on = "", off = "", close] = flags;
      this.#flags = changedFlags(outer, on, off);
      this.#require(close === ":" || on + off !== "");
      if (close === ")") return undefined;
    } else {
      this.#openCapture();
    }
    this.#depth += 1;
    this.#require(this.#depth <= MAX_DEPTH);
    const body = this.#alternation();
    this.#require(this.#take(")"));
    this.#depth -= 1;
    this.#flags = outer;
    return body;
  }

  #openCapture(): void {
    const [, name] = this.#match(NAMED_GROUP) ?? [];
    if (name !== undefined) {
      this.#require(!this.#names.has(name));
      this.#names.add(name);
    } else {
      this.#at += 1;
      this.#require(this.#peek() !== "?");
    }
    this.groupCount += 1;
  }

  #escape(): RegexNode {
    const letter = this.#pattern[this.#at + 1] ?? "";
    const set = PERL_CLASSES[letter];
    if (set === undefined && letter !== "A" && letter !== "z") return this.#literal(this.#escapedByte());
    this.#at += 2;
    if (set !== undefined) return { kind: "set", set };
    return { kind: letter === "A" ? "begin" : "end" };
  }

  /** The byte that an escape stands for, inside and outside of classes. */
  #escapedByte(): number {
    const hex = this.#match(HEX_ESCAPE);
    if (hex !== undefined) {
      const byte = Number.parseInt(hex[1] ?? hex[2] ?? "", 16);
      this.#require(byte <= 0xff);
      return byte;
    }
    this.#at += 1;
    const letter = this.#next();
    const control = CONTROL_ESCAPES[letter];
    if (control !== undefined) return control;
    this.#require(letter.charCodeAt(0) < 0x80 && !/\w/.test(letter));
    return letter.charCodeAt(0);
  }

  #charClass(): ByteSet {
    this.#at += 1;
    const isNegated = this.#take("^");
    const sets: ByteSet[] = [];
    do sets.push(this.#classItem());
    while (this.#peek() !== "]");
    this.#at += 1;
    const folded = this.#folded(unionOf(sets));
    return isNegated ? complementOf(folded) : folded;
  }

  #classItem(): ByteSet {
    const posix = this.#match(POSIX_CLASS);
    if (posix !== undefined) {
      const set = POSIX_CLASSES[posix[2] ?? ""];
      this.#require(set !== undefined);
      return posix[1] === "^" ? complementOf(this.#folded(set)) : set;
    }
    this.#require(!this.#pattern.startsWith("[:", this.#at));
    const perl = this.#peek() === "\\" ? PERL_CLASSES[this.#pattern[this.#at + 1] ?? ""] : undefined;
    if (perl !== undefined) {
      this.#at += 2;
      return perl;
    }
    const low = this.#classByte();
    if (this.#peek() !== "-" || this.#pattern[this.#at + 1] === "]") return singleByte(low);
    this.#at += 1;
    const high = this.#classByte();
    this.#require(low <= high);
    return byteSet(low, high);
  }

  #classByte(): number {
    return this.#peek() === "\\" ? this.#escapedByte() : this.#next().charCodeAt(0);
  }

  #literal(byte: number): RegexNode {
    return { kind: "set", set: this.#folded(singleByte(byte)) };
  }

  #folded(set: ByteSet): ByteSet {
    return this.#flags.foldCase ? caseFolded(set) : set;
  }

  #peek(): string {
    return this.#pattern[this.#at] ?? "";
  }

  #next(): string {
    this.#require(this.#at < this.#pattern.length);
    return this.#pattern[this.#at++] ?? "";
  }

  #take(char: string): boolean {
    if (this.#peek() !== char) return false;
    this.#at += 1;
    return true;
  }

  #match(sticky: RegExp): RegExpExecArray | undefined {
    sticky.lastIndex = this.#at;
    const found = sticky.exec(this.#pattern);
    if (found === null) return undefined;
    this.#at = sticky.lastIndex;
    return found;
  }

  #require(condition: boolean): asserts condition {
    if (!condition) throw new OutsideSubset();
  }
}

function changedFlags(flags: Flags, on: string, off: string): Flags {
  const value = (letter: string, before: boolean): boolean => (before || on.includes(letter)) && !off.includes(letter);
  return {
    foldCase: value("i", flags.foldCase),
    dotAll: value("s", flags.dotAll),
    multiLine: value("m", flags.multiLine),
  };
}
