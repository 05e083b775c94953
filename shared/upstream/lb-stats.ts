import type { Counter, Gauge, StatsScope } from "../stats/stats-scope.ts";
import type { TableExtent } from "./lb/hash-table.ts";
import type { LbPolicy } from "./lb-settings.ts";

/** What a table of hashes looks like. Envoy does not tell the size of a Maglev table: the configuration does. */
export interface TableGauges {
  set(extent: TableExtent): void;
}

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
  /** Of the table that was made last, of whichever priority; for other policies none. */
  readonly table: TableGauges | undefined;
}

/** Counters that several threads would count in common; gauges are the same on every thread, so that no sum is made of them. */
export function createLbStats(scope: StatsScope, policy: LbPolicy["kind"]): LbStats {
  return {
    healthyPanic: scope.counter("lb_healthy_panic"),
    subsetsActive: scope.gauge("lb_subsets_active", "max"),
    subsetsCreated: scope.counter("lb_subsets_created"),
    subsetsRemoved: scope.counter("lb_subsets_removed"),
    subsetsSelected: scope.counter("lb_subsets_selected"),
    subsetsFallback: scope.counter("lb_subsets_fallback"),
    subsetsFallbackPanic: scope.counter("lb_subsets_fallback_panic"),
    subsetsSingleHostDuplicate: scope.gauge("lb_subsets_single_host_per_subset_duplicate", "max"),
    table: createTableGauges(scope, policy),
  };
}

function createTableGauges(scope: StatsScope, policy: LbPolicy["kind"]): TableGauges | undefined {
  const gauge = (name: string): Gauge => scope.gauge(name, "max");
  if (policy === "ring hash") {
    const size = gauge("ring_hash_lb.size");
    return withSpread(gauge("ring_hash_lb.min_hashes_per_host"), gauge("ring_hash_lb.max_hashes_per_host"), size);
  }
  if (policy !== "maglev") return undefined;
  return withSpread(gauge("maglev_lb.min_entries_per_host"), gauge("maglev_lb.max_entries_per_host"));
}

function withSpread(least: Gauge, most: Gauge, size?: Gauge): TableGauges {
  return {
    set: (extent) => {
      least.set(extent.least);
      most.set(extent.most);
      size?.set(extent.size);
    },
  };
}
