import type { LogLevel } from "../../shared/host/logger.ts";
import type { Bootstrap } from "../../shared/schema/envoy-types.ts";
import type { SlotEvent } from "../../shared/stats/slot-event.ts";
import type { HostOfCluster } from "../../shared/proxy/admin/cluster-status.ts";
import type { ResolutionUpdate } from "../../shared/upstream/cluster-manager.ts";
import type { BindAddress } from "../listener/bind-address.ts";
import type { BindMode } from "../listener/listen-options.ts";

/** What a worker thread is told when it is made. */
export interface ThreadSetup {
  /** What Envoy calls the thread in statistics: `worker_0`. */
  readonly name: string;
  readonly logLevel: LogLevel;
  /** How long connections of a listener that was changed or removed may go on. */
  readonly drainTimeMs: number;
}

/** A configuration as it is posted to every thread: plain data, with everything that only the main thread can decide. */
export interface ThreadConfig {
  /** Grows by one with each attempt; acknowledgements name it. */
  readonly version: number;
  readonly bootstrap: Bootstrap;
  /** Where this thread binds, by listener name. A listener that is not here is served by another thread. */
  readonly binds: Readonly<Record<string, ThreadBind>>;
  /** What names were found to mean so far. */
  readonly resolutions: readonly ResolutionUpdate[];
}

/** One listener's socket on one thread. */
export interface ThreadBind {
  /** The port is never 0: the main thread has chosen one. */
  readonly address: BindAddress;
  readonly mode: BindMode;
}

/** From the main thread to a worker thread. */
export type ThreadCommand =
  /** Phase one of an update: compile, bind, change nothing. Answered by `prepared` or `refused`. */
  | { readonly kind: "prepare"; readonly config: ThreadConfig }
  /** Phase two. Answered by `committed`. */
  | { readonly kind: "commit"; readonly version: number }
  /** Instead of phase two: forget what was prepared. Not answered. */
  | { readonly kind: "abort"; readonly version: number }
  | { readonly kind: "resolve"; readonly resolution: ResolutionUpdate }
  /** Close the listening sockets; connections go on. */
  | { readonly kind: "stop_accepting"; readonly listeners: readonly string[] }
  /** End all connections, queued bytes first. Answered by `idle` once none is left. */
  | { readonly kind: "close_connections"; readonly mode: "flush" | "abort" }
  /** Reset what is open and end, in order: a thread that is cut off in the middle of its work takes more with it. */
  | { readonly kind: "exit" }
  /** Answered by `hosts`. */
  | { readonly kind: "report_hosts"; readonly request: number };

/** From a worker thread to the main thread. */
export type ThreadReport =
  | { readonly kind: "online" }
  | { readonly kind: "prepared"; readonly version: number }
  | { readonly kind: "refused"; readonly version: number; readonly reason: string }
  | { readonly kind: "committed"; readonly version: number }
  | { readonly kind: "stats"; readonly events: readonly SlotEvent[] }
  | { readonly kind: "idle" }
  | { readonly kind: "hosts"; readonly request: number; readonly hosts: readonly HostOfCluster[] };
