import { BYTE, FIELD_OCTET, HEX_DIGIT, TOKEN } from "./byte-class.ts";
import { readLineEnd } from "./line-end.ts";
import { INCOMPLETE, type LineRead, type LineReader } from "./line-reader.ts";

/** Room for every size that can be counted, with leading zeros. */
export const MAX_SIZE_DIGITS = 16;

/**
 * The line before a chunk: its size, and extensions, which are checked and passed over (RFC 9112 section 7.1). Blanks are
 * allowed nowhere: some recipients take them for a part of the size and others do not.
 */
export class ChunkLine implements LineReader {
  /** Bytes in the chunk; 0 is the last one. */
  size = 0;
  /** Bytes that the extensions took. */
  extensionBytes = 0;

  read(bytes: Uint8Array, at: number, end: number): LineRead {
    const sizeEnd = this.#readSize(bytes, at, end);
    if (typeof sizeEnd === "string" || sizeEnd === INCOMPLETE) return sizeEnd;
    const extensionsEnd = skipExtensions(bytes, sizeEnd, end);
    if (typeof extensionsEnd === "string" || extensionsEnd === INCOMPLETE) return extensionsEnd;
    this.extensionBytes = extensionsEnd - sizeEnd;
    const otherwise = extensionsEnd === sizeEnd ? "invalidChunkSize" : "invalidChunkExtension";
    return readLineEnd(bytes, extensionsEnd, end, otherwise);
  }

  /** Gives the position behind the digits. */
  #readSize(bytes: Uint8Array, at: number, end: number): LineRead {
    let size = 0;
    let sizeEnd = at;
    for (; sizeEnd < end; sizeEnd++) {
      const digit = HEX_DIGIT[bytes[sizeEnd] ?? 0] ?? 0;
      if (digit === 0) break;
      if (sizeEnd - at === MAX_SIZE_DIGITS) return "invalidChunkSize";
      size = size * 16 + (digit - 1);
      if (size > Number.MAX_SAFE_INTEGER) return "invalidChunkSize";
    }
    if (sizeEnd === end) return INCOMPLETE;
    if (sizeEnd === at) return "invalidChunkSize";
    this.size = size;
    return sizeEnd;
  }
}

/** Passes over `;name`, `;name=value` and `;name="quoted"`, as often as they come. */
function skipExtensions(bytes: Uint8Array, from: number, end: number): LineRead {
  let at = from;
  while (at < end && bytes[at] === BYTE.semicolon) {
    const next = skipExtension(bytes, at + 1, end);
    if (typeof next === "string" || next === INCOMPLETE) return next;
    at = next;
  }
  return at === end ? INCOMPLETE : at;
}

function skipExtension(bytes: Uint8Array, at: number, end: number): LineRead {
  const nameEnd = skipToken(bytes, at, end);
  if (typeof nameEnd === "string" || bytes[nameEnd] !== BYTE.equals || nameEnd === INCOMPLETE) return nameEnd;
  const valueAt = nameEnd + 1;
  if (valueAt === end) return INCOMPLETE;
  return bytes[valueAt] === BYTE.quote ? skipQuoted(bytes, valueAt + 1, end) : skipToken(bytes, valueAt, end);
}

function skipToken(bytes: Uint8Array, from: number, end: number): LineRead {
  let at = from;
  while (at < end && TOKEN[bytes[at] ?? 0] !== 0) at += 1;
  if (at === end) return INCOMPLETE;
  return at === from ? "invalidChunkExtension" : at;
}

/** RFC 9110 section 5.6.4; a backslash takes the next octet's meaning away. */
function skipQuoted(bytes: Uint8Array, from: number, end: number): LineRead {
  for (let at = from; at < end; at++) {
    const byte = bytes[at] ?? 0;
    if (byte === BYTE.quote) return at + 1 === end ? INCOMPLETE : at + 1;
    if (FIELD_OCTET[byte] === 0) return "invalidChunkExtension";
    if (byte === BYTE.backslash) at += 1;
    if (at < end && FIELD_OCTET[bytes[at] ?? 0] === 0) return "invalidChunkExtension";
  }
  return INCOMPLETE;
}
