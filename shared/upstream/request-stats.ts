import type { Counter, Gauge, StatsScope } from "../stats/stats-scope.ts";

/**
 * What becomes of requests on their way to a host and after a failure, for whoever sends them: limits, retries, redirects. Names
 * below `cluster.<name>.` as in Envoy.
 */
export class RequestStats {
  readonly pendingTotal: Counter;
  readonly pendingActive: Gauge;
  /** Refused by a circuit breaker before it was sent: too many wait, or too many are under way. */
  readonly pendingOverflow: Counter;
  readonly activeOverflow: Counter;
  readonly pendingFailureEject: Counter;
  readonly maxDurationReached: Counter;
  readonly perTryTimeout: Counter;
  readonly perTryIdleTimeout: Counter;

  readonly retry: Counter;
  readonly retrySuccess: Counter;
  /** Not retried: a circuit breaker, the route's limit, or a body that was too long to keep. */
  readonly retryOverflow: Counter;
  readonly retryLimitExceeded: Counter;
  readonly retryOrShadowAbandoned: Counter;
  readonly retryBackoffExponential: Counter;
  readonly retryBackoffRatelimited: Counter;

  readonly internalRedirectSucceeded: Counter;
  readonly internalRedirectFailed: Counter;

  /** `scope` is that of the cluster. */
  constructor(scope: StatsScope) {
    this.pendingTotal = scope.counter("upstream_rq_pending_total");
    this.pendingActive = scope.gauge("upstream_rq_pending_active");
    this.pendingOverflow = scope.counter("upstream_rq_pending_overflow");
    this.activeOverflow = scope.counter("upstream_rq_active_overflow");
    this.pendingFailureEject = scope.counter("upstream_rq_pending_failure_eject");
    this.maxDurationReached = scope.counter("upstream_rq_max_duration_reached");
    this.perTryTimeout = scope.counter("upstream_rq_per_try_timeout");
    this.perTryIdleTimeout = scope.counter("upstream_rq_per_try_idle_timeout");
    this.retry = scope.counter("upstream_rq_retry");
    this.retrySuccess = scope.counter("upstream_rq_retry_success");
    this.retryOverflow = scope.counter("upstream_rq_retry_overflow");
    this.retryLimitExceeded = scope.counter("upstream_rq_retry_limit_exceeded");
    this.retryOrShadowAbandoned = scope.counter("retry_or_shadow_abandoned");
    this.retryBackoffExponential = scope.counter("upstream_rq_retry_backoff_exponential");
    this.retryBackoffRatelimited = scope.counter("upstream_rq_retry_backoff_ratelimited");
    this.internalRedirectSucceeded = scope.counter("upstream_internal_redirect_succeeded_total");
    this.internalRedirectFailed = scope.counter("upstream_internal_redirect_failed_total");
  }
}
