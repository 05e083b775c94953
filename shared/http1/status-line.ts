import { BYTE, FIELD_OCTET, isDigit } from "./byte-class.ts";
import { latin1Text } from "./latin1.ts";
import { readLineEnd } from "./line-end.ts";
import { INCOMPLETE, type LineRead, type LineReader } from "./line-reader.ts";
import { readVersion, VERSION_LENGTH } from "./version.ts";

const STATUS_DIGITS = 3;

/** `HTTP/1.1 200 OK`; the space behind the status may be missing together with the reason (RFC 9112 section 4). */
export class StatusLine implements LineReader {
  /** The minor version: 0 or 1. */
  minor = 1;
  /** 100 to 999. */
  status = 0;
  /** What the server calls the status; may be empty. */
  reason = "";

  read(bytes: Uint8Array, at: number, end: number): LineRead {
    const version = readVersion(bytes, at, end);
    if (typeof version === "string" || version === INCOMPLETE) return version;
    const statusAt = at + VERSION_LENGTH + 1;
    if (statusAt > end) return INCOMPLETE;
    if (bytes[statusAt - 1] !== BYTE.space) return "invalidVersion";
    const status = readStatus(bytes, statusAt, end);
    if (typeof status === "string" || status === INCOMPLETE) return status;
    const next = this.#readReason(bytes, statusAt + STATUS_DIGITS, end);
    if (typeof next === "string" || next === INCOMPLETE) return next;
    this.minor = version;
    this.status = status;
    return next;
  }

  #readReason(bytes: Uint8Array, at: number, end: number): LineRead {
    if (at < end && bytes[at] !== BYTE.space) {
      this.reason = "";
      return readLineEnd(bytes, at, end, "invalidStatus");
    }
    let reasonEnd = at + 1;
    while (reasonEnd < end && FIELD_OCTET[bytes[reasonEnd] ?? 0] !== 0) reasonEnd += 1;
    const next = readLineEnd(bytes, reasonEnd, end, "invalidStatus");
    if (typeof next === "string" || next === INCOMPLETE) return next;
    this.reason = latin1Text(bytes, at + 1, reasonEnd, false);
    return next;
  }
}

function readStatus(bytes: Uint8Array, at: number, end: number): LineRead {
  let status = 0;
  for (let index = 0; index < STATUS_DIGITS; index++) {
    if (at + index >= end) return INCOMPLETE;
    const byte = bytes[at + index] ?? 0;
    if (!isDigit(byte)) return "invalidStatus";
    status = status * 10 + byte - BYTE.zero;
  }
  return status >= 100 ? status : "invalidStatus";
}
