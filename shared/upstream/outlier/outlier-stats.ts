import type { Counter, Gauge, StatsScope } from "../../stats/stats-scope.ts";
import type { EjectionType } from "./outlier-settings.ts";

type ByType = Readonly<Record<EjectionType, Counter>>;

/** `cluster.<name>.outlier_detection.`, names as in Envoy, the ones that it calls deprecated included. */
export class OutlierStats {
  /** Each thread ejects the same hosts, so threads are not summed up. */
  readonly active: Gauge;
  readonly overflow: Counter;
  readonly degraded: Counter;
  readonly enforcedTotal: Counter;
  /** Deprecated: consecutive 5xx and success rate, enforced or not. */
  readonly total: Counter;
  readonly deprecatedConsecutive5xx: Counter;
  readonly deprecatedSuccessRate: Counter;
  readonly detected: ByType;
  readonly enforced: ByType;

  /** `scope` is that of the cluster. */
  constructor(scope: StatsScope) {
    const own = scope.scope("outlier_detection");
    this.active = own.gauge("ejections_active", "max");
    this.overflow = own.counter("ejections_overflow");
    this.degraded = own.counter("ejections_detected_degradation");
    this.enforcedTotal = own.counter("ejections_enforced_total");
    this.total = own.counter("ejections_total");
    this.deprecatedConsecutive5xx = own.counter("ejections_consecutive_5xx");
    this.deprecatedSuccessRate = own.counter("ejections_success_rate");
    this.detected = byType(own, "ejections_detected");
    this.enforced = byType(own, "ejections_enforced");
  }
}

function byType(scope: StatsScope, prefix: string): ByType {
  return {
    CONSECUTIVE_5XX: scope.counter(`${prefix}_consecutive_5xx`),
    CONSECUTIVE_GATEWAY_FAILURE: scope.counter(`${prefix}_consecutive_gateway_failure`),
    CONSECUTIVE_LOCAL_ORIGIN_FAILURE: scope.counter(`${prefix}_consecutive_local_origin_failure`),
    SUCCESS_RATE: scope.counter(`${prefix}_success_rate`),
    SUCCESS_RATE_LOCAL_ORIGIN: scope.counter(`${prefix}_local_origin_success_rate`),
    FAILURE_PERCENTAGE: scope.counter(`${prefix}_failure_percentage`),
    FAILURE_PERCENTAGE_LOCAL_ORIGIN: scope.counter(`${prefix}_local_origin_failure_percentage`),
  };
}
