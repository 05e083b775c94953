import type { LogSink, LogSinks } from "../host/log-sink.ts";
import type { CompiledAccessLog } from "./compile-access-log.ts";
import type { LogEntry } from "./log-entry.ts";

interface OpenLog extends CompiledAccessLog {
  readonly sink: LogSink;
}

/** The access logs of one place in the configuration, with their sinks open. */
export class AccessLogs {
  readonly #logs: readonly OpenLog[];

  constructor(logs: readonly CompiledAccessLog[], sinks: LogSinks) {
    this.#logs = logs.map((log) => ({ ...log, sink: sinks.open(log.target) }));
  }

  /** Writes one line to each log whose filter lets the entry through. */
  log(entry: LogEntry): void {
    for (const { filter, format, sink } of this.#logs) {
      if (filter === undefined || filter(entry)) sink.write(format(entry));
    }
  }
}
