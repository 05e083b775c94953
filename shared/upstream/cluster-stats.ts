import type { Counter, Gauge, Histogram, StatsScope } from "../stats/stats-scope.ts";
import { RequestStats } from "./request-stats.ts";
import { ResponseStats } from "./response-stats.ts";

/**
 * The statistics of one cluster that are kept: `cluster.<alt_stat_name or name>.`, names as in Envoy. `cx` is counted by who opens
 * connections (TCP sessions, pools), `rq` by the router filter, the rest by the cluster itself.
 */
export class ClusterStats {
  readonly #scope: StatsScope;
  /** Of all requests, of those from inside the network (`x-envoy-internal`), and of the others. */
  readonly #all: ResponseStats;
  readonly #internal: ResponseStats;
  readonly #external: ResponseStats;
  readonly #canary: ResponseStats;
  /** Answers that another attempt was made for. */
  readonly #retried: ResponseStats;

  readonly cxTotal: Counter;
  readonly cxActive: Gauge;
  readonly cxConnectFail: Counter;
  readonly cxConnectTimeout: Counter;
  readonly cxConnectAttemptsExceeded: Counter;
  readonly cxNoneHealthy: Counter;
  readonly cxDestroy: Counter;
  readonly cxDestroyLocal: Counter;
  readonly cxDestroyRemote: Counter;
  readonly cxRxBytesTotal: Counter;
  readonly cxTxBytesTotal: Counter;
  readonly cxConnectMs: Histogram;
  readonly cxLengthMs: Histogram;

  readonly rqTotal: Counter;
  readonly rqActive: Gauge;
  readonly rqTimeout: Counter;
  readonly rqCancelled: Counter;
  /** Requests that the upstream broke off, and those that this side did; Envoy counts them for HTTP/2 only. */
  readonly rqRxReset: Counter;
  readonly rqTxReset: Counter;

  readonly requests: RequestStats;
  readonly lbHealthyPanic: Counter;
  readonly membershipChange: Counter;
  readonly membershipTotal: Gauge;
  readonly membershipHealthy: Gauge;
  readonly membershipDegraded: Gauge;
  readonly membershipExcluded: Gauge;

  constructor(scope: StatsScope) {
    this.#scope = scope;
    this.#all = new ResponseStats(scope);
    this.#internal = new ResponseStats(scope.scope("internal"));
    this.#external = new ResponseStats(scope.scope("external"));
    this.#canary = new ResponseStats(scope.scope("canary"));
    this.#retried = new ResponseStats(scope.scope("retry"));
    this.cxTotal = scope.counter("upstream_cx_total");
    this.cxActive = scope.gauge("upstream_cx_active");
    this.cxConnectFail = scope.counter("upstream_cx_connect_fail");
    this.cxConnectTimeout = scope.counter("upstream_cx_connect_timeout");
    this.cxConnectAttemptsExceeded = scope.counter("upstream_cx_connect_attempts_exceeded");
    this.cxNoneHealthy = scope.counter("upstream_cx_none_healthy");
    this.cxDestroy = scope.counter("upstream_cx_destroy");
    this.cxDestroyLocal = scope.counter("upstream_cx_destroy_local");
    this.cxDestroyRemote = scope.counter("upstream_cx_destroy_remote");
    this.cxRxBytesTotal = scope.counter("upstream_cx_rx_bytes_total");
    this.cxTxBytesTotal = scope.counter("upstream_cx_tx_bytes_total");
    this.cxConnectMs = scope.histogram("upstream_cx_connect_ms", "ms");
    this.cxLengthMs = scope.histogram("upstream_cx_length_ms", "ms");
    this.rqTotal = scope.counter("upstream_rq_total");
    this.rqActive = scope.gauge("upstream_rq_active");
    this.rqTimeout = scope.counter("upstream_rq_timeout");
    this.rqCancelled = scope.counter("upstream_rq_cancelled");
    this.rqRxReset = scope.counter("upstream_rq_rx_reset");
    this.rqTxReset = scope.counter("upstream_rq_tx_reset");
    this.requests = new RequestStats(scope);
    this.lbHealthyPanic = scope.counter("lb_healthy_panic");
    this.membershipChange = scope.counter("membership_change");
    // Every thread has the same members, so a sum over threads would count each of them several times.
    this.membershipTotal = scope.gauge("membership_total", "max");
    this.membershipHealthy = scope.gauge("membership_healthy", "max");
    this.membershipDegraded = scope.gauge("membership_degraded", "max");
    this.membershipExcluded = scope.gauge("membership_excluded", "max");
  }

  /** An answer that a client got, wherever it was made. */
  countResponse(code: number, of: { readonly isInternal: boolean; readonly canary: boolean }): void {
    this.#all.count(code);
    (of.isInternal ? this.#internal : this.#external).count(code);
    if (of.canary) this.#canary.count(code);
  }

  /** An answer that was not good enough. */
  countRetried(code: number): void {
    this.#retried.count(code);
  }

  /** How long the upstream took for a whole answer. */
  recordResponseTime(elapsedMs: number, isInternal: boolean): void {
    this.#all.recordTime(elapsedMs);
    (isInternal ? this.#internal : this.#external).recordTime(elapsedMs);
  }

  /** The cluster is gone. Who still counts for it counts where nobody sees it. */
  release(): void {
    this.#scope.release();
  }
}
