import type { Gauge, StatsScope } from "../stats/stats-scope.ts";
import type { BreakerThresholds } from "./circuit-breaker-settings.ts";

/** One limit as `/stats` shows it. */
export interface LimitGauges {
  /** 1 while nothing more may be taken. */
  readonly open: Gauge;
  /** Kept with `track_remaining` only. */
  readonly remaining: Gauge | undefined;
}

/**
 * `cluster.<name>.circuit_breakers.<priority>.`. Every thread sees the same use, so threads are not summed up. Source: Envoy
 * `ALL_CLUSTER_CIRCUIT_BREAKERS_STATS`.
 */
export class BreakerStats {
  readonly connections: LimitGauges;
  readonly pendingRequests: LimitGauges;
  readonly requests: LimitGauges;
  readonly retries: LimitGauges;

  constructor(scope: StatsScope, { trackRemaining, retryBudget, maxConnectionPools }: BreakerThresholds) {
    const gauges = (open: string, remaining: string, tracked: boolean): LimitGauges => ({
      open: scope.gauge(open, "max"),
      remaining: tracked ? scope.gauge(remaining, "max") : undefined,
    });
    this.connections = gauges("cx_open", "remaining_cx", trackRemaining);
    this.pendingRequests = gauges("rq_pending_open", "remaining_pending", trackRemaining);
    this.requests = gauges("rq_open", "remaining_rq", trackRemaining);
    this.retries = gauges("rq_retry_open", "remaining_retries", trackRemaining && retryBudget === undefined);
    // Hosts keep no pools that could be counted: the limit is never reached.
    const pools = gauges("cx_pool_open", "remaining_cx_pools", trackRemaining && maxConnectionPools !== undefined);
    pools.remaining?.set(maxConnectionPools ?? 0);
  }
}
