import type { RoutingPriority } from "../schema/envoy-types.ts";

/** `circuit_breakers.thresholds[]` of one priority, defaults filled in. */
export interface BreakerThresholds {
  readonly maxConnections: number;
  readonly maxPendingRequests: number;
  readonly maxRequests: number;
  readonly maxRetries: number;
  /** Absent: no limit. */
  readonly maxConnectionPools: number | undefined;
  /** Replaces `maxRetries`. */
  readonly retryBudget: RetryBudget | undefined;
  /** Whether the gauges `remaining_…` are kept. */
  readonly trackRemaining: boolean;
}

/** Retries as a share of what is under way. */
export interface RetryBudget {
  /** Of active requests, 0 to 100. */
  readonly percent: number;
  /** Always allowed, whatever the share. */
  readonly minConcurrency: number;
}

export type CircuitBreakerSettings = Readonly<Record<RoutingPriority, BreakerThresholds>>;
