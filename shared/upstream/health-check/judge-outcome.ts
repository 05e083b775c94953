import type { HealthCheckSettings } from "./health-check-settings.ts";
import type { ProbeOutcome } from "./health-prober.ts";
import { type HttpCheck, isInRanges } from "./http-check.ts";
import { containsInOrder } from "./payload.ts";

/** Why a check failed (`envoy.data.core.v3.HealthCheckFailureType`). */
export type CheckFailureType = "ACTIVE" | "PASSIVE" | "NETWORK" | "NETWORK_TIMEOUT";

/** What a check says of its host. */
export type CheckVerdict = { readonly ok: true; readonly degraded: boolean } | CheckFailure;

export interface CheckFailure {
  readonly ok: false;
  readonly type: CheckFailureType;
  /** Counts towards the threshold, as failures of the network do; else the host is unhealthy at once. */
  readonly retriable: boolean;
  /** The host asks for no more requests at all (`x-envoy-immediate-health-check-fail`). */
  readonly excludes: boolean;
}

const HEALTHY: CheckVerdict = { ok: true, degraded: false };
const FAILED: CheckFailure = { ok: false, type: "ACTIVE", retriable: false, excludes: false };
const NOT_REACHED: CheckFailure = { ok: false, type: "NETWORK", retriable: false, excludes: false };

/** Judges what came of a probe. `onVerifyCluster` is called when the name of the answering service is looked at. */
export function judgeOutcome(
  { check }: HealthCheckSettings,
  outcome: ProbeOutcome,
  onVerifyCluster: () => void,
): CheckVerdict {
  switch (outcome.kind) {
    case "network failure":
      return NOT_REACHED;
    case "tcp":
      return HEALTHY;
    case "grpc":
      return outcome.grpcStatus === 0 && outcome.serving ? HEALTHY : FAILED;
    case "http":
      return check.kind === "http" ? judgeAnswer(check, outcome, onVerifyCluster) : FAILED;
  }
}

/** Source: Envoy `HttpActiveHealthCheckSession::healthCheckResult`. */
function judgeAnswer(
  check: HttpCheck,
  { headers, body }: ProbeOutcome & { readonly kind: "http" },
  onVerifyCluster: () => void,
): CheckVerdict {
  const status = Number(headers.get(":status"));
  const excludes = headers.has("x-envoy-immediate-health-check-fail");
  const seen = check.responseBufferBytes === 0 ? body : body.subarray(0, check.responseBufferBytes);
  if (check.receive.length > 0 && !containsInOrder(seen, check.receive)) return { ...FAILED, excludes };
  if (!isInRanges(status, check.expectedStatuses)) {
    return { ...FAILED, retriable: isInRanges(status, check.retriableStatuses), excludes };
  }
  if (check.matchesServiceName !== undefined) {
    onVerifyCluster();
    if (!check.matchesServiceName(headers.get("x-envoy-upstream-healthchecked-cluster") ?? "")) return FAILED;
  }
  return { ok: true, degraded: headers.has("x-envoy-degraded") };
}
