import { BYTE, TARGET_OCTET, TOKEN } from "./byte-class.ts";
import { readLineEnd } from "./line-end.ts";
import { INCOMPLETE, type LineRead, type LineReader } from "./line-reader.ts";
import type { LineText } from "./line-text.ts";
import { readVersion, VERSION_LENGTH } from "./version.ts";

/** `GET /path HTTP/1.1`: single spaces, and an empty line before it is passed over (RFC 9112 sections 2.2 and 3). */
export class RequestLine implements LineReader {
  method = "";
  target = "";
  /** The minor version: 0 or 1. */
  minor = 1;
  /** Nothing stood on the line. */
  isEmpty = false;
  readonly #text: LineText;

  constructor(text: LineText) {
    this.#text = text;
  }

  read(bytes: Uint8Array, at: number, end: number): LineRead {
    this.isEmpty = bytes[at] === BYTE.carriageReturn;
    if (this.isEmpty) return readLineEnd(bytes, at, end, "invalidMethod");
    const methodEnd = endOf(TOKEN, bytes, at, end);
    if (methodEnd === end) return INCOMPLETE;
    if (methodEnd === at || bytes[methodEnd] !== BYTE.space) return "invalidMethod";
    const targetStart = methodEnd + 1;
    const targetEnd = endOf(TARGET_OCTET, bytes, targetStart, end);
    if (targetEnd === end) return INCOMPLETE;
    if (targetEnd === targetStart || bytes[targetEnd] !== BYTE.space) return "invalidTarget";
    const version = readVersion(bytes, targetEnd + 1, end);
    if (typeof version === "string" || version === INCOMPLETE) return version;
    const next = readLineEnd(bytes, targetEnd + 1 + VERSION_LENGTH, end, "invalidVersion");
    if (typeof next === "string" || next === INCOMPLETE) return next;
    this.method = this.#text.of(bytes, at, methodEnd, true);
    this.target = this.#text.of(bytes, targetStart, targetEnd, true);
    this.minor = version;
    return next;
  }
}

/** Where the octets that a table allows end. */
function endOf(allowed: Uint8Array, bytes: Uint8Array, at: number, end: number): number {
  let stop = at;
  while (stop < end && allowed[bytes[stop] ?? 0] !== 0) stop += 1;
  return stop;
}
