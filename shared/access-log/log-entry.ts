import type { FormatContext, LogMoment } from "../formatter/format-context.ts";
import type { RandomSource } from "../host/random-source.ts";

/** What is logged: a stream at one moment of its life. */
export interface LogEntry extends FormatContext {
  readonly moment: LogMoment;
  readonly random: RandomSource;
}

/** Says whether an entry is to be logged. */
export type LogFilter = (entry: LogEntry) => boolean;
