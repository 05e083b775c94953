import { durationMs } from "../base/duration-ms.ts";
import type { ConfigPath } from "../diagnostics/config-path.ts";
import type { DiagnosticSink } from "../diagnostics/diagnostic.ts";
import type { DnsSettings } from "./compiled-cluster.ts";
import type { DnsFields } from "./dns-fields.ts";

const DEFAULT_REFRESH = "5s";
/** `max_interval` where it is not given, in base intervals. */
const DEFAULT_MAX_FACTOR = 10;

/** The DNS fields of a cluster; nothing after reporting why. Clusters without names do not use them. */
export function compileDns(fields: DnsFields, path: ConfigPath, diagnostics: DiagnosticSink): DnsSettings | undefined {
  const failureBackoff = fields.failureRefreshRate && compileBackoff(fields.failureRefreshRate);
  if (failureBackoff !== undefined && failureBackoff.maxMs < failureBackoff.baseMs) {
    const message = "dns_failure_refresh_rate must have max_interval greater than or equal to the base_interval";
    diagnostics.error(path.field("dnsFailureRefreshRate"), "cluster.dns_failure_refresh_rate", message);
    return undefined;
  }
  return {
    family: fields.lookupFamily ?? "AUTO",
    refreshMs: durationMs(fields.refreshRate ?? DEFAULT_REFRESH),
    failureBackoff,
    respectTtl: fields.respectTtl ?? false,
    jitterMs: durationMs(fields.jitter ?? "0s"),
  };
}

function compileBackoff({
  baseInterval = "0s",
  maxInterval,
}: NonNullable<DnsFields["failureRefreshRate"]>): DnsSettings["failureBackoff"] {
  const baseMs = durationMs(baseInterval);
  return { baseMs, maxMs: maxInterval === undefined ? baseMs * DEFAULT_MAX_FACTOR : durationMs(maxInterval) };
}
