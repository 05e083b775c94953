import { BYTE, FIELD_OCTET, isBlank, TOKEN } from "./byte-class.ts";
import { fieldName } from "./field-name.ts";
import { latin1Text } from "./latin1.ts";
import { readLineEnd } from "./line-end.ts";
import { INCOMPLETE, type LineRead, type LineReader } from "./line-reader.ts";
import type { LineText } from "./line-text.ts";

/**
 * One field line, or the empty line that ends a section of them, in one pass. Source: RFC 9112 section 5, without line folding
 * and without anything between name and colon.
 */
export class FieldLine implements LineReader {
  /** In lower case; empty behind the empty line. */
  name = "";
  /** The name as it was sent; only kept if asked for. */
  sentName = "";
  /** Without the blanks around it. */
  value = "";
  /** Whether a tab stood between the value and the end of the line. */
  endsWithTab = false;
  readonly #text: LineText;
  readonly #keepSentName: boolean;

  constructor(text: LineText, options: { readonly keepSentName: boolean }) {
    this.#text = text;
    this.#keepSentName = options.keepSentName;
  }

  read(bytes: Uint8Array, at: number, end: number): LineRead {
    let nameEnd = at;
    while (nameEnd < end && TOKEN[bytes[nameEnd] ?? 0] !== 0) nameEnd += 1;
    if (nameEnd === end) return INCOMPLETE;
    if (nameEnd === at) return this.#readEmptyLine(bytes, at, end);
    if (bytes[nameEnd] !== BYTE.colon) return "invalidFieldName";
    const next = this.#readValue(bytes, nameEnd + 1, end);
    if (typeof next === "string" || next === INCOMPLETE) return next;
    this.name = fieldName(bytes, at, nameEnd);
    if (this.#keepSentName) this.sentName = latin1Text(bytes, at, nameEnd, true);
    return next;
  }

  #readEmptyLine(bytes: Uint8Array, at: number, end: number): LineRead {
    if (isBlank(bytes[at])) return "foldedLine";
    this.name = "";
    return readLineEnd(bytes, at, end, "invalidFieldName");
  }

  #readValue(bytes: Uint8Array, from: number, end: number): LineRead {
    let start = from;
    while (start < end && isBlank(bytes[start])) start += 1;
    let valueEnd = start;
    let seen = 0;
    for (; valueEnd < end; valueEnd++) {
      const byte = bytes[valueEnd] ?? 0;
      if (FIELD_OCTET[byte] === 0) break;
      seen |= byte;
    }
    const next = readLineEnd(bytes, valueEnd, end, "invalidFieldValue");
    if (typeof next === "string" || next === INCOMPLETE) return next;
    this.endsWithTab = false;
    for (; valueEnd > start && isBlank(bytes[valueEnd - 1]); valueEnd--) {
      if (bytes[valueEnd - 1] === BYTE.tab) this.endsWithTab = true;
    }
    this.value = this.#text.of(bytes, start, valueEnd, seen < 0x80);
    return next;
  }
}
