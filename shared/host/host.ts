import type { HostCapabilities } from "./capabilities.ts";
import type { Clock } from "./clock.ts";
import type { Logger } from "./logger.ts";
import type { LogSinks } from "./log-sink.ts";
import type { RandomSource } from "./random-source.ts";
import type { Timers } from "./timers.ts";
import type { UpstreamTransport } from "./upstream-transport.ts";

/** What the core asks of the place it runs in. Everything else it has to do by itself. */
export interface Host {
  readonly capabilities: HostCapabilities;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly random: RandomSource;
  readonly upstream: UpstreamTransport;
  readonly logger: Logger;
  readonly logs: LogSinks;
}
