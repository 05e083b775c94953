import type { ProtocolFault } from "./protocol-fault.ts";

/** What {@link LineReader.read} gives when the line does not end before `end`. */
export const INCOMPLETE = -1;

/** The position behind the line, or {@link INCOMPLETE}, or what is wrong with it. */
export type LineRead = number | ProtocolFault;

/**
 * Reads one kind of line. What it holds is left in the reader's fields until the next call; nothing of an incomplete line is
 * kept, so that a line can be read again when more of it is there.
 */
export interface LineReader {
  /** Reads the line that starts at `at`, line end included, and no byte from `end` on. A fault may be told before the line is complete. */
  read(bytes: Uint8Array, at: number, end: number): LineRead;
}
