import { durationMs } from "../base/duration-ms.ts";
import type { HttpConnectionManager } from "../schema/envoy-types.ts";

/** When a stream is logged beside its end (`access_log_options`). */
export interface LogMoments {
  /** Once its route is known, before the filters see it. */
  readonly onStart: boolean;
  /** When the upstream has agreed to an upgrade. */
  readonly onTunnel: boolean;
  /** Again and again while it lasts; 0 is never. */
  readonly intervalMs: number;
}

/** The deprecated fields count where `access_log_options` is absent, as in Envoy. */
export function compileLogMoments(config: HttpConnectionManager): LogMoments {
  const { accessLogOptions, accessLogFlushInterval, flushAccessLogOnNewRequest = false } = config;
  const options = accessLogOptions ?? { accessLogFlushInterval, flushAccessLogOnNewRequest };
  return {
    onStart: options.flushAccessLogOnNewRequest ?? false,
    onTunnel: accessLogOptions?.flushLogOnTunnelSuccessfullyEstablished ?? false,
    intervalMs: durationMs(options.accessLogFlushInterval ?? "0s"),
  };
}
