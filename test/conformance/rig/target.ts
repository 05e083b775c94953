import type { HeaderLine } from "./exchange.ts";

/** A proxy under comparison. */
export interface Target {
  readonly name: string;
  /** Headers that the platform in front of the proxy would have added, and that the rig adds in its place. */
  readonly platformHeaders: readonly HeaderLine[];
  /** Starts the proxy on a configuration file; rejects with a `NotLoaded` when it refuses the file. */
  start(file: string, listenerPort: number): Promise<RunningTarget>;
}

export interface RunningTarget {
  readonly port: number;
  /** What was printed so far. */
  readonly output: string;
  stop(): Promise<void>;
}

/** The proxy refused a configuration; the message is its first reason. */
export class NotLoaded extends Error {}
