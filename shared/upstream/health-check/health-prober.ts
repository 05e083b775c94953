import type { Cancel } from "../../host/timers.ts";
import type { UpstreamHost } from "../../host/upstream-host.ts";
import type { HeaderMap } from "../../http/header-map.ts";
import type { HealthCheckSettings } from "./health-check-settings.ts";

/** What came of a probe, before anybody judged it. */
export type ProbeOutcome =
  /** `body` is empty where nothing of it is expected. */
  | { readonly kind: "http"; readonly headers: HeaderMap; readonly body: Uint8Array }
  /** Connected, and everything that was expected came. */
  | { readonly kind: "tcp" }
  /** `serving` is false for any answer but `SERVING`. */
  | { readonly kind: "grpc"; readonly grpcStatus: number; readonly serving: boolean }
  /** Not connected, or the connection was lost before the answer was complete. */
  | { readonly kind: "network failure" };

/** Sends health checks: the part of them that needs sockets. */
export interface HealthProber {
  /**
   * Sends one probe and tells its outcome once, perhaps before this returns. After a cancel it tells nothing; whoever called has
   * given up waiting.
   */
  probe(host: UpstreamHost, settings: HealthCheckSettings, onOutcome: (outcome: ProbeOutcome) => void): Cancel;
}
