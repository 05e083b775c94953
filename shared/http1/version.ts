import { INCOMPLETE, type LineRead } from "./line-reader.ts";

const PREFIX = "HTTP/1.";
export const VERSION_LENGTH: number = PREFIX.length + 1;

/** Reads `HTTP/1.0` or `HTTP/1.1`, case-sensitive (RFC 9112 section 2.3), and gives the minor version. */
export function readVersion(bytes: Uint8Array, at: number, end: number): LineRead {
  for (let index = 0; index < PREFIX.length; index++) {
    if (at + index >= end) return INCOMPLETE;
    if (bytes[at + index] !== PREFIX.charCodeAt(index)) return "invalidVersion";
  }
  if (at + PREFIX.length >= end) return INCOMPLETE;
  const minor = (bytes[at + PREFIX.length] ?? 0) - 0x30;
  return minor === 0 || minor === 1 ? minor : "invalidVersion";
}
