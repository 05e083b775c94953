import type { Counter, StatsScope } from "../../../stats/stats-scope.ts";
import { ResponseStats } from "../../../upstream/response-stats.ts";

/** What is counted for one virtual cluster below `vhost.<virtual host>.vcluster.<name>.`, names as in Envoy. */
export class VirtualClusterStats {
  readonly responses: ResponseStats;
  readonly total: Counter;
  readonly timeout: Counter;
  readonly retry: Counter;
  readonly retrySuccess: Counter;
  readonly retryOverflow: Counter;
  readonly retryLimitExceeded: Counter;

  constructor(scope: StatsScope) {
    this.responses = new ResponseStats(scope);
    this.total = scope.counter("upstream_rq_total");
    this.timeout = scope.counter("upstream_rq_timeout");
    this.retry = scope.counter("upstream_rq_retry");
    this.retrySuccess = scope.counter("upstream_rq_retry_success");
    this.retryOverflow = scope.counter("upstream_rq_retry_overflow");
    this.retryLimitExceeded = scope.counter("upstream_rq_retry_limit_exceeded");
  }
}

/** The virtual clusters that requests have belonged to; their names come from the configuration, so there are only so many. */
export class VirtualClusters {
  readonly #root: StatsScope;
  readonly #known = new Map<string, VirtualClusterStats>();

  /** `root` is the root of all statistics. */
  constructor(root: StatsScope) {
    this.#root = root;
  }

  /** `name` is `undefined` for a virtual host without virtual clusters. */
  find(virtualHost: string, name: string | undefined): VirtualClusterStats | undefined {
    if (name === undefined) return undefined;
    const key = `vhost.${virtualHost}.vcluster.${name}`;
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    const stats = new VirtualClusterStats(this.#root.scope(key));
    this.#known.set(key, stats);
    return stats;
  }
}
