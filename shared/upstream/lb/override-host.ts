import type { EdsStatus, UpstreamHost } from "../../host/upstream-host.ts";

/** Whether a host that is asked for by address may be given. Source: Envoy `HostUtility::selectOverrideHost`. */
export function hasStatus(host: UpstreamHost, allowed: ReadonlySet<EdsStatus>): boolean {
  return allowed.has(statusOf(host));
}

/** What is known of the host's health comes before what was said of it. Source: Envoy `HostImplBase::healthStatus`. */
function statusOf({ health, edsStatus }: UpstreamHost): EdsStatus {
  if (health === "unhealthy") return UNHEALTHY_STATUSES.has(edsStatus) ? edsStatus : "UNHEALTHY";
  if (health === "degraded") return "DEGRADED";
  return edsStatus;
}

const UNHEALTHY_STATUSES: ReadonlySet<EdsStatus> = new Set(["UNHEALTHY", "DRAINING", "TIMEOUT"]);
