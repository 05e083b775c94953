import { durationMs } from "../../base/duration-ms.ts";
import type { ConfigPath } from "../../diagnostics/config-path.ts";
import type { DiagnosticSink } from "../../diagnostics/diagnostic.ts";
import type { OutlierDetection } from "../../schema/envoy-types.ts";
import type { OutlierSettings } from "./outlier-settings.ts";

const DEFAULT_INTERVAL = "10s";
const DEFAULT_BASE_EJECTION_TIME = "30s";
const DEFAULT_MAX_EJECTION_TIME_MS = 300_000;
const DEFAULT_CONSECUTIVE = 5;
const DEFAULT_MAX_EJECTION_PERCENT = 10;

/** Compiles `Cluster.outlier_detection`; nothing after reporting why. */
export function compileOutlierDetection(
  config: OutlierDetection,
  path: ConfigPath,
  diagnostics: DiagnosticSink,
): OutlierSettings | undefined {
  const baseEjectionTimeMs = durationMs(config.baseEjectionTime ?? DEFAULT_BASE_EJECTION_TIME);
  const maxEjectionTimeMs =
    config.maxEjectionTime === undefined
      ? Math.max(DEFAULT_MAX_EJECTION_TIME_MS, baseEjectionTimeMs)
      : durationMs(config.maxEjectionTime);
  if (maxEjectionTimeMs < baseEjectionTimeMs) {
    const message = "outlier detector's max_ejection_time cannot be smaller than base_ejection_time";
    diagnostics.error(path.field("maxEjectionTime"), "cluster.outlier_detection", message);
    return undefined;
  }
  return {
    intervalMs: durationMs(config.interval ?? DEFAULT_INTERVAL),
    baseEjectionTimeMs,
    maxEjectionTimeMs,
    maxEjectionTimeJitterMs: durationMs(config.maxEjectionTimeJitter ?? "0s"),
    maxEjectionPercent: config.maxEjectionPercent ?? DEFAULT_MAX_EJECTION_PERCENT,
    alwaysEjectOneHost: config.alwaysEjectOneHost ?? false,
    splitsLocalOrigin: config.splitExternalLocalOriginErrors ?? false,
    unejectsOnHealthCheck: config.successfulActiveHealthCheckUnejectHost ?? true,
    detectsDegraded: config.detectDegradedHosts ?? false,
    consecutive: compileConsecutive(config),
    enforcing: compileEnforcing(config),
    successRate: compileSuccessRate(config),
    failurePercentage: compileFailurePercentage(config),
  };
}

function compileConsecutive(config: OutlierDetection): OutlierSettings["consecutive"] {
  return {
    CONSECUTIVE_5XX: config.consecutive5xx ?? DEFAULT_CONSECUTIVE,
    CONSECUTIVE_GATEWAY_FAILURE: config.consecutiveGatewayFailure ?? DEFAULT_CONSECUTIVE,
    CONSECUTIVE_LOCAL_ORIGIN_FAILURE: config.consecutiveLocalOriginFailure ?? DEFAULT_CONSECUTIVE,
  };
}

function compileEnforcing(config: OutlierDetection): OutlierSettings["enforcing"] {
  return {
    CONSECUTIVE_5XX: config.enforcingConsecutive5xx ?? 100,
    CONSECUTIVE_GATEWAY_FAILURE: config.enforcingConsecutiveGatewayFailure ?? 0,
    CONSECUTIVE_LOCAL_ORIGIN_FAILURE: config.enforcingConsecutiveLocalOriginFailure ?? 100,
    SUCCESS_RATE: config.enforcingSuccessRate ?? 100,
    SUCCESS_RATE_LOCAL_ORIGIN: config.enforcingLocalOriginSuccessRate ?? 100,
    FAILURE_PERCENTAGE: config.enforcingFailurePercentage ?? 0,
    FAILURE_PERCENTAGE_LOCAL_ORIGIN: config.enforcingFailurePercentageLocalOrigin ?? 0,
  };
}

function compileSuccessRate(config: OutlierDetection): OutlierSettings["successRate"] {
  return {
    minimumHosts: config.successRateMinimumHosts ?? 5,
    requestVolume: config.successRateRequestVolume ?? 100,
    stdevFactor: (config.successRateStdevFactor ?? 1900) / 1000,
  };
}

function compileFailurePercentage(config: OutlierDetection): OutlierSettings["failurePercentage"] {
  return {
    minimumHosts: config.failurePercentageMinimumHosts ?? 5,
    requestVolume: config.failurePercentageRequestVolume ?? 50,
    threshold: config.failurePercentageThreshold ?? 85,
  };
}
