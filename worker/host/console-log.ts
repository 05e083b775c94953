import type { LogSink, LogSinks } from "../../shared/host/log-sink.ts";
import { fromByteString } from "../../shared/matching/byte-string.ts";

/** The platform ends each record by itself. */
const stdout: LogSink = { write: (line) => console.log(withoutLineEnd(fromByteString(line))) };
const stderr: LogSink = { write: (line) => console.error(withoutLineEnd(fromByteString(line))) };

/** A Worker has no files: all logs are the platform's, which keeps those of one invocation together. */
export const consoleLogs: LogSinks = {
  open: (target) => (target.kind === "console" && target.stream === "stderr" ? stderr : stdout),
};

function withoutLineEnd(line: string): string {
  return line.endsWith("\n") ? line.slice(0, -1) : line;
}
