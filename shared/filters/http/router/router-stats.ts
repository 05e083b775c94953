import type { Counter, StatsScope } from "../../../stats/stats-scope.ts";

/** What the router filter counts under `http.<stat_prefix>.`, names as in Envoy. */
export class RouterStats {
  readonly total: Counter;
  readonly noRoute: Counter;
  readonly noCluster: Counter;
  /** Redirects are counted here as well: Envoy has a name for them, and does not use it. */
  readonly directResponse: Counter;
  readonly resetAfterResponseStarted: Counter;

  constructor(scope: StatsScope) {
    this.total = scope.counter("rq_total");
    this.noRoute = scope.counter("no_route");
    this.noCluster = scope.counter("no_cluster");
    this.directResponse = scope.counter("rq_direct_response");
    this.resetAfterResponseStarted = scope.counter("rq_reset_after_downstream_response_started");
  }
}
