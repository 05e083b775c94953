import { invariant } from "../base/invariant.ts";
import { BYTE } from "./byte-class.ts";
import { LineCarry } from "./line-carry.ts";
import { INCOMPLETE, type LineReader } from "./line-reader.ts";
import type { LineText } from "./line-text.ts";
import type { ProtocolFault } from "./protocol-fault.ts";

/** What became of a line: read whole, more is needed, or what is wrong with it. */
export type LineOutcome = "whole" | "incomplete" | "tooLarge" | ProtocolFault;

/**
 * The bytes that a parser was given and has not used up, with the beginning of a line that was cut. A line is scanned when it
 * is seen first and, if it was cut, once more when it is whole: its cost does not depend on the number of pieces.
 */
export class ParserInput {
  /** Bytes that the section of lines that is being read may still have, line ends included. */
  lineBytesLeft = 0;
  readonly #carry = new LineCarry();
  readonly #text: LineText;
  #bytes: Uint8Array = NOTHING;
  #at = 0;
  /** Reads the line that was cut. */
  #reader: LineReader | undefined;

  constructor(text: LineText) {
    this.#text = text;
  }

  get unreadBytes(): number {
    return this.#bytes.length - this.#at;
  }

  /** Whether a line was begun and has not ended. */
  get isInsideLine(): boolean {
    return this.#carry.length > 0;
  }

  feed(bytes: Uint8Array): void {
    invariant(this.unreadBytes === 0, "a parser is fed when it has used up what it had");
    this.#hold(bytes);
  }

  /** Makes what is unread independent of the memory that was fed. */
  keepUnread(): void {
    this.#hold(this.#bytes.slice(this.#at));
  }

  /** The next bytes as a view, at most `limit` of them and at least one. */
  take(limit: number): Uint8Array {
    const start = this.#at;
    this.#at += Math.min(limit, this.unreadBytes);
    const isAll = start === 0 && this.#at === this.#bytes.length;
    return isAll ? this.#bytes : this.#bytes.subarray(start, this.#at);
  }

  readLine(reader: LineReader): LineOutcome {
    if (this.#carry.length > 0) return this.#readCutLine(reader);
    const { length } = this.#bytes;
    const end = Math.min(length, this.#at + this.lineBytesLeft);
    const next = reader.read(this.#bytes, this.#at, end);
    if (typeof next === "string") return next;
    if (next === INCOMPLETE) {
      if (end - this.#at === this.lineBytesLeft) return "tooLarge";
      this.#reader = reader;
      this.#carry.add(this.#bytes, this.#at, length);
      this.#at = length;
      return "incomplete";
    }
    this.lineBytesLeft -= next - this.#at;
    this.#at = next;
    return "whole";
  }

  /** What is wrong with a line that will never be whole, as far as it came. */
  faultInCutLine(): ProtocolFault | undefined {
    const read = this.#reader?.read(this.#carry.bytes, 0, this.#carry.length);
    return typeof read === "string" ? read : undefined;
  }

  #hold(bytes: Uint8Array): void {
    this.#bytes = bytes;
    this.#at = 0;
    this.#text.reset(bytes);
  }

  #readCutLine(reader: LineReader): LineOutcome {
    const carry = this.#carry;
    const lineFeedAt = this.#bytes.indexOf(BYTE.lineFeed, this.#at);
    const pieceEnd = lineFeedAt < 0 ? this.#bytes.length : lineFeedAt + 1;
    const end = Math.min(pieceEnd, this.#at + this.lineBytesLeft - carry.length);
    carry.add(this.#bytes, this.#at, end);
    this.#at = end;
    const hasLineFeed = lineFeedAt >= 0 && end === pieceEnd;
    if (!hasLineFeed && carry.length < this.lineBytesLeft) return "incomplete";
    const next = reader.read(carry.bytes, 0, carry.length);
    this.lineBytesLeft -= carry.length;
    carry.clear();
    if (typeof next === "string") return next;
    return next === INCOMPLETE ? "tooLarge" : "whole";
  }
}

const NOTHING = new Uint8Array(0);
