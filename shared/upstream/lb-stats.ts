import type { Counter, Gauge, StatsScope } from "../stats/stats-scope.ts";

/** What balancing counts of one cluster; names as in Envoy. */
export interface LbStats {
  readonly healthyPanic: Counter;
  readonly subsetsActive: Gauge;
  readonly subsetsCreated: Counter;
  readonly subsetsRemoved: Counter;
  readonly subsetsSelected: Counter;
  readonly subsetsFallback: Counter;
  readonly subsetsFallbackPanic: Counter;
  readonly subsetsSingleHostDuplicate: Gauge;
}

/** Counters that several threads would count in common; gauges are the same on every thread, so that no sum is made of them. */
export function createLbStats(scope: StatsScope): LbStats {
  return {
    healthyPanic: scope.counter("lb_healthy_panic"),
    subsetsActive: scope.gauge("lb_subsets_active", "max"),
    subsetsCreated: scope.counter("lb_subsets_created"),
    subsetsRemoved: scope.counter("lb_subsets_removed"),
    subsetsSelected: scope.counter("lb_subsets_selected"),
    subsetsFallback: scope.counter("lb_subsets_fallback"),
    subsetsFallbackPanic: scope.counter("lb_subsets_fallback_panic"),
    subsetsSingleHostDuplicate: scope.gauge("lb_subsets_single_host_per_subset_duplicate", "max"),
  };
}
