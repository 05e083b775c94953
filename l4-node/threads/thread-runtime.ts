import { err, ok, type Result } from "../../shared/base/result.ts";
import { DiagnosticCollector } from "../../shared/diagnostics/collector.ts";
import { renderDiagnostic } from "../../shared/diagnostics/render.ts";
import type { Clock } from "../../shared/host/clock.ts";
import type { Logger } from "../../shared/host/logger.ts";
import type { RandomSource } from "../../shared/host/random-source.ts";
import type { Timers } from "../../shared/host/timers.ts";
import { type Resource, type ResourceSet, resourcesOf } from "../../shared/proxy/resources.ts";
import type { Listener } from "../../shared/schema/envoy-types.ts";
import type { StatsScope } from "../../shared/stats/stats-scope.ts";
import { networkFilters } from "../filters.ts";
import { ActiveListener } from "../listener/active-listener.ts";
import { compileListener, listenerStatName } from "../listener/compile-listener.ts";
import { createListenerStats } from "../listener/listener-stats.ts";
import type { PumpSockets } from "../tcp/pump-socket.ts";
import type { ThreadCommand, ThreadConfig, ThreadReport, ThreadSetup } from "./messages.ts";
import {
  type CreatedListener,
  type PreparedListeners,
  ThreadListeners,
  type WantedListener,
} from "./thread-listeners.ts";

/** What a worker thread brings along; tests bring fakes. */
export interface ThreadHost {
  readonly setup: ThreadSetup;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly random: RandomSource;
  readonly logger: Logger;
  readonly stats: StatsScope;
  readonly sockets: PumpSockets;
  report(message: ThreadReport): void;
}
