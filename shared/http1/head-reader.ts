import type { FieldLine } from "./field-line.ts";
import type { LineReader } from "./line-reader.ts";
import type { MessageHead } from "./message-head.ts";
import type { ProtocolFault } from "./protocol-fault.ts";

/** What tells requests from answers. The parser calls it in the order of the lines, and one object serves all messages of a connection. */
export interface HeadReader<Head extends MessageHead> {
  readonly startLine: LineReader;
  /** The start line was read: `false` if nothing stood on it and it is still to come. */
  begin(): boolean | ProtocolFault;
  addField(field: FieldLine): ProtocolFault | undefined;
  /** The header section has ended. */
  finish(): Head | ProtocolFault;
}
