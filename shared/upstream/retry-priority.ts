import type { UpstreamHost } from "../host/upstream-host.ts";

/** The percentages of requests by priority; healthy and degraded ones together add up to 100. */
export interface PriorityLoads {
  readonly healthy: readonly number[];
  readonly degraded: readonly number[];
}

/** Per request: moves a retry to priorities that were not tried. Source: Envoy `Upstream::RetryPriority`. */
export interface RetryPriority {
  onHostAttempted(host: UpstreamHost): void;
  /** `recompute` gives the loads for the case that the listed priorities have no usable host. */
  adjust(original: PriorityLoads, recompute: (excluded: ReadonlySet<number>) => PriorityLoads): PriorityLoads;
}
