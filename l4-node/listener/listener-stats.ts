import type { Counter, Gauge, Histogram, StatsScope } from "../../shared/stats/stats-scope.ts";

/** `listener.<address>.`: the statistics of one listener on one thread. */
export interface ListenerStats {
  readonly cxTotal: Counter;
  readonly cxActive: Gauge;
  readonly cxDestroy: Counter;
  readonly cxLengthMs: Histogram;
  readonly noFilterChainMatch: Counter;
  readonly threadCxTotal: Counter;
  readonly threadCxActive: Gauge;
  release(): void;
}

/** `address` is the listener's `stat_prefix` or its address; `worker` the name that Envoy gives a thread, `worker_0`. */
export function createListenerStats(stats: StatsScope, address: string, worker: string): ListenerStats {
  const scope = stats.scope("listener").scope(address);
  return {
    cxTotal: scope.counter("downstream_cx_total"),
    cxActive: scope.gauge("downstream_cx_active"),
    cxDestroy: scope.counter("downstream_cx_destroy"),
    cxLengthMs: scope.histogram("downstream_cx_length_ms", "ms"),
    noFilterChainMatch: scope.counter("no_filter_chain_match"),
    threadCxTotal: scope.counter(`${worker}.downstream_cx_total`),
    threadCxActive: scope.gauge(`${worker}.downstream_cx_active`),
    release: () => scope.release(),
  };
}
