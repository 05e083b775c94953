import { durationMs } from "../base/duration-ms.ts";
import type { ConfigPath } from "../diagnostics/config-path.ts";
import type { DiagnosticSink } from "../diagnostics/diagnostic.ts";
import type { RouteAction, RouteActionMaxStreamDuration } from "../schema/envoy-types.ts";

/** What a route says of the streams that it takes, in place of what their connection manager says. */
export interface StreamSettings {
  /** `idle_timeout` in milliseconds; 0 is none, and `undefined` leaves it to the connection manager. */
  readonly idleMs: number | undefined;
  readonly maxDuration: MaxStreamDuration | undefined;
  /** By lower-case type whether it may be upgraded to; a type that is not here is left to the connection manager. */
  readonly upgrades: ReadonlyMap<string, boolean>;
}

/** `RouteAction.max_stream_duration` in milliseconds; `undefined` is not set. */
export interface MaxStreamDuration {
  /** 0 is no limit. */
  readonly maxMs: number | undefined;
  /** Lets `grpc-timeout` decide, up to this; 0 is any value. */
  readonly grpcMaxMs: number | undefined;
  /** Taken off a `grpc-timeout`, so that the client's own deadline comes last. */
  readonly grpcOffsetMs: number;
}

export function compileStreamSettings(
  action: RouteAction,
  path: ConfigPath,
  diagnostics: DiagnosticSink,
): StreamSettings {
  const { idleTimeout, maxStreamDuration, upgradeConfigs = [] } = action;
  const upgrades = new Map<string, boolean>();
  for (const [at, { upgradeType = "", enabled = true }] of upgradeConfigs.entries()) {
    const type = upgradeType.toLowerCase();
    const typePath = path.field("upgradeConfigs").index(at).field("upgradeType");
    if (upgrades.has(type)) diagnostics.error(typePath, "config.duplicate_key", `multiple upgrades to ${upgradeType}`);
    upgrades.set(type, enabled);
  }
  return {
    idleMs: idleTimeout === undefined ? undefined : durationMs(idleTimeout),
    maxDuration: maxStreamDuration && compileMaxDuration(maxStreamDuration),
    upgrades,
  };
}

function compileMaxDuration(config: RouteActionMaxStreamDuration): MaxStreamDuration {
  const { maxStreamDuration, grpcTimeoutHeaderMax, grpcTimeoutHeaderOffset = "0s" } = config;
  return {
    maxMs: maxStreamDuration === undefined ? undefined : durationMs(maxStreamDuration),
    grpcMaxMs: grpcTimeoutHeaderMax === undefined ? undefined : durationMs(grpcTimeoutHeaderMax),
    grpcOffsetMs: durationMs(grpcTimeoutHeaderOffset),
  };
}
