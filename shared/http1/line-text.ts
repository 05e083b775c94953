import { latin1Text } from "./latin1.ts";

const DECODER = new TextDecoder("utf-8", { fatal: false, ignoreBOM: true });

/** Heads are seldom longer, and what is decoded of a body behind one is wasted. */
const WINDOW_BYTES = 1024;

/**
 * Text of the bytes that were fed. A call of the platform's decoder costs as much for a kilobyte as for a word, so the neighbourhood
 * of what is asked for is decoded at once and cut from then on.
 */
export class LineText {
  #bytes: Uint8Array | undefined;
  #start = 0;
  #end = 0;
  #text = "";

  /** New bytes were fed; their content does not change until the next call. */
  reset(bytes: Uint8Array): void {
    this.#bytes = bytes;
    this.#start = 0;
    this.#end = 0;
  }

  /** The bytes from `start` to `end`, one code unit each. `isAscii` promises that all of them are below 0x80. */
  of(bytes: Uint8Array, start: number, end: number, isAscii: boolean): string {
    if (!isAscii || bytes !== this.#bytes) return latin1Text(bytes, start, end, isAscii);
    if (start < this.#start || end > this.#end) this.#moveTo(bytes, start, end);
    if (end > this.#end) return latin1Text(bytes, start, end, isAscii);
    return this.#text.slice(start - this.#start, end - this.#start);
  }

  /**
   * UTF-8 makes at most one code unit of a byte, so where there are as many as bytes, each stands for its own byte. Where there are
   * fewer, the bytes are no text, and nothing more of them is decoded.
   */
  #moveTo(bytes: Uint8Array, start: number, end: number): void {
    const windowEnd = Math.min(bytes.length, Math.max(end, start + WINDOW_BYTES));
    this.#text = DECODER.decode(bytes.subarray(start, windowEnd));
    const isAligned = this.#text.length === windowEnd - start;
    this.#start = start;
    this.#end = isAligned ? windowEnd : start;
    if (!isAligned) this.#bytes = undefined;
  }
}
