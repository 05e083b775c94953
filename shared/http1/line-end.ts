import { BYTE } from "./byte-class.ts";
import { INCOMPLETE, type LineRead, type LineReader } from "./line-reader.ts";
import type { ProtocolFault } from "./protocol-fault.ts";

/** Reads CR LF at `at`. RFC 9112 section 2.2 lets recipients take a bare LF for it; where two of them differ, requests are smuggled. */
export function readLineEnd(bytes: Uint8Array, at: number, end: number, otherwise: ProtocolFault): LineRead {
  if (at >= end) return INCOMPLETE;
  if (bytes[at] === BYTE.lineFeed) return "bareLineFeed";
  if (bytes[at] !== BYTE.carriageReturn) return otherwise;
  if (at + 1 >= end) return INCOMPLETE;
  return bytes[at + 1] === BYTE.lineFeed ? at + 2 : "bareCarriageReturn";
}

/** The empty rest of the line behind a chunk's data. */
export class ChunkEnd implements LineReader {
  read(bytes: Uint8Array, at: number, end: number): LineRead {
    return readLineEnd(bytes, at, end, "invalidChunkEnd");
  }
}
