/** Where lines of an access log go. `console` names a stream of the process, or at the edge the platform's log of that level. */
export type LogTarget =
  | { readonly kind: "file"; readonly path: string }
  | { readonly kind: "console"; readonly stream: "stdout" | "stderr" };

/** Takes finished lines. Never throws and never blocks; a line that cannot be written is lost and counted by the host. */
export interface LogSink {
  /** A byte string: one code unit (0x00 to 0xFF) per byte, its line end included. */
  write(line: string): void;
}

/** The places for logs that a host has. Two requests for the same target may get the same sink. */
export interface LogSinks {
  open(target: LogTarget): LogSink;
}
