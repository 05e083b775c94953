import type { ServerState } from "../../shared/proxy/admin/admin-source.ts";
import type { Counter, Gauge, StatsScope } from "../../shared/stats/stats-scope.ts";

/** What the main thread counts. Names are Envoy's where it has one; the others start with `nuncio.`. */
export interface ServerStats {
  /** `nuncio.config_update.*`: attempts to bring in a configuration while running, and what became of them. */
  readonly updateAttempt: Counter;
  readonly updateSuccess: Counter;
  readonly updateRejected: Counter;
  readonly updateUnchanged: Counter;
  /** `nuncio.worker_thread_lost`: threads that died and had to be replaced. */
  readonly threadLost: Counter;
  /** `listener_manager.*` */
  readonly listenerAdded: Counter;
  readonly listenerModified: Counter;
  readonly listenerRemoved: Counter;
  readonly listenerCreateSuccess: Counter;
  readonly listenerCreateFailure: Counter;
  readonly listenersActive: Gauge;
  readonly workersStarted: Gauge;
  /** `cluster_manager.*` */
  readonly clusterAdded: Counter;
  readonly clusterModified: Counter;
  readonly clusterRemoved: Counter;
  readonly activeClusters: Gauge;
  /** `server.*` */
  readonly live: Gauge;
  /** By the numbers of `envoy.admin.v3.ServerInfo.State`. */
  readonly state: Gauge;
  /** Seconds. */
  readonly uptime: Gauge;
  /** Downstream connections that are open. */
  readonly totalConnections: Gauge;
  readonly concurrency: Gauge;
}

export function createServerStats(stats: StatsScope): ServerStats {
  const updates = stats.scope("nuncio.config_update");
  const listeners = stats.scope("listener_manager");
  const clusters = stats.scope("cluster_manager");
  return {
    updateAttempt: updates.counter("attempt"),
    updateSuccess: updates.counter("success"),
    updateRejected: updates.counter("rejected"),
    updateUnchanged: updates.counter("unchanged"),
    threadLost: stats.counter("nuncio.worker_thread_lost"),
    listenerAdded: listeners.counter("listener_added"),
    listenerModified: listeners.counter("listener_modified"),
    listenerRemoved: listeners.counter("listener_removed"),
    listenerCreateSuccess: listeners.counter("listener_create_success"),
    listenerCreateFailure: listeners.counter("listener_create_failure"),
    listenersActive: listeners.gauge("total_listeners_active"),
    workersStarted: listeners.gauge("workers_started"),
    clusterAdded: clusters.counter("cluster_added"),
    clusterModified: clusters.counter("cluster_modified"),
    clusterRemoved: clusters.counter("cluster_removed"),
    activeClusters: clusters.gauge("active_clusters"),
    live: stats.gauge("server.live"),
    state: stats.gauge("server.state"),
    uptime: stats.gauge("server.uptime"),
    totalConnections: stats.gauge("server.total_connections"),
    concurrency: stats.gauge("server.concurrency"),
  };
}

/** `envoy.admin.v3.ServerInfo.State` */
export const STATE_NUMBERS: Readonly<Record<ServerState, number>> = {
  LIVE: 0,
  DRAINING: 1,
  PRE_INITIALIZING: 2,
  INITIALIZING: 3,
};
