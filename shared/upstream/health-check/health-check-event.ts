import type { UpstreamHost } from "../../host/upstream-host.ts";
import type { CheckFailureType } from "./judge-outcome.ts";

/** What is worth a line in the log of health checks (`envoy.data.core.v3.HealthCheckEvent`). */
export type HealthCheckEvent =
  | { readonly kind: "add_healthy"; readonly host: UpstreamHost; readonly firstCheck: boolean }
  | { readonly kind: "eject_unhealthy"; readonly host: UpstreamHost; readonly failure: CheckFailureType }
  /** With `always_log_health_check_failures`, and for a first check that fails. */
  | {
      readonly kind: "failure";
      readonly host: UpstreamHost;
      readonly failure: CheckFailureType;
      readonly firstCheck: boolean;
    }
  /** With `always_log_health_check_success`. */
  | { readonly kind: "success"; readonly host: UpstreamHost }
  | { readonly kind: "degraded"; readonly host: UpstreamHost }
  | { readonly kind: "no_longer_degraded"; readonly host: UpstreamHost };
