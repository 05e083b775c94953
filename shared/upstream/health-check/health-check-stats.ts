import type { Counter, Gauge, StatsScope } from "../../stats/stats-scope.ts";

/** `cluster.<name>.health_check.`, names as in Envoy. One thread checks for all, so only it counts. */
export class HealthCheckStats {
  readonly attempt: Counter;
  readonly success: Counter;
  readonly failure: Counter;
  readonly passiveFailure: Counter;
  readonly networkFailure: Counter;
  readonly verifyCluster: Counter;
  readonly healthy: Gauge;
  readonly degraded: Gauge;

  /** `scope` is that of the cluster. */
  constructor(scope: StatsScope) {
    const own = scope.scope("health_check");
    this.attempt = own.counter("attempt");
    this.success = own.counter("success");
    this.failure = own.counter("failure");
    this.passiveFailure = own.counter("passive_failure");
    this.networkFailure = own.counter("network_failure");
    this.verifyCluster = own.counter("verify_cluster");
    this.healthy = own.gauge("healthy");
    this.degraded = own.gauge("degraded");
  }
}
