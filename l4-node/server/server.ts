import type { LoadedConfig } from "../../shared/config/load.ts";
import type { JsonObject } from "../../shared/schema/json-value.ts";
import type { Diagnostic } from "../../shared/diagnostics/diagnostic.ts";
import type { Logger, LogLevel } from "../../shared/host/logger.ts";
import type { StatsView } from "../../shared/stats/stats-view.ts";
import type { BindAddress } from "../listener/bind-address.ts";
import type { SpawnThread } from "./thread-link.ts";

export interface ServerOptions {
  readonly config: LoadedConfig;
  /** Worker threads, at least 1. */
  readonly concurrency: number;
  /** How long connections may go on after SIGTERM, or after their listener changed. */
  readonly drainTimeMs: number;
  /** Accepts unsupported fields without effect. */
  readonly lenient: boolean;
  readonly logLevel: LogLevel;
  readonly logger: Logger;
  /** What `/server_info` shows, by the names of `envoy.admin.v3.CommandLineOptions`. */
  readonly commandLineOptions?: JsonObject;
  /** Default: threads of this process. */
  readonly spawn?: SpawnThread;
}

/** What became of a new configuration. */
export type UpdateOutcome =
  | { readonly kind: "applied"; readonly diagnostics: readonly Diagnostic[] }
  /** Nothing that runs differs from it. */
  | { readonly kind: "unchanged"; readonly diagnostics: readonly Diagnostic[] }
  /** Nothing changed anywhere; `reason` is what a thread or the system said where the configuration itself is right. */
  | { readonly kind: "refused"; readonly diagnostics: readonly Diagnostic[]; readonly reason: string };

export interface ServedListener {
  readonly name: string;
  readonly address: BindAddress;
}

/** A Node host that runs: made by `startServer`. */
export interface Server {
  /** In the order of the configuration, with the ports they really have. */
  listeners(): readonly ServedListener[];
  /** Where the admin interface listens, if the bootstrap asks for one. */
  readonly adminAddress: BindAddress | undefined;
  /** Warnings about the configuration it started with. */
  readonly diagnostics: readonly Diagnostic[];
  /** Brings in a new configuration, in all threads or in none. Calls are worked off in order. */
  update(config: LoadedConfig): Promise<UpdateOutcome>;
  stats(): StatsView;
  /** Resolves when it is over for whatever reason: `drain`, `close`, or the admin interface. */
  readonly ended: Promise<void>;
  /**
   * Ends in good order: `/ready` fails, new connections are still taken for the drain time, then listeners close, connections are
   * flushed and closed. A second call cuts the drain time short. Resolves when everything is over.
   */
  drain(): Promise<void>;
  /** Ends at once; connections are reset. */
  close(): Promise<void>;
}
