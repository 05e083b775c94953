import { durationMs } from "../base/duration-ms.ts";
import type { HttpConnectionManager } from "../schema/envoy-types.ts";

/** Source: Envoy `HttpConnectionManager.stream_idle_timeout`. */
const DEFAULT_IDLE_TIMEOUT = "300s";

/** What a connection manager sets for all its streams, in milliseconds; 0 is no limit. Routes may say otherwise. */
export interface StreamTimeouts {
  /** Without a byte in either direction. */
  readonly idleMs: number;
  /** Until the request is received to its end. */
  readonly requestMs: number;
  /** From the first byte of the request to the last one of the answer. */
  readonly maxDurationMs: number;
}

export function compileStreamTimeouts(config: HttpConnectionManager): StreamTimeouts {
  return {
    idleMs: durationMs(config.streamIdleTimeout ?? DEFAULT_IDLE_TIMEOUT),
    requestMs: durationMs(config.requestTimeout ?? "0s"),
    maxDurationMs: durationMs(config.commonHttpProtocolOptions?.maxStreamDuration ?? "0s"),
  };
}
