import { durationMs } from "../../../base/duration-ms.ts";
import type { ConfigPath } from "../../../diagnostics/config-path.ts";
import type { DiagnosticSink } from "../../../diagnostics/diagnostic.ts";
import type { BackoffStrategy, TcpProxy } from "../../../schema/envoy-types.ts";
import { compileClusterPick, type PickClusterName } from "./cluster-pick.ts";

const DEFAULT_IDLE_TIMEOUT = "3600s";
const DEFAULT_MAX_CONNECT_ATTEMPTS = 1;
/** `max_interval` where it is not given, in base intervals. */
const DEFAULT_MAX_FACTOR = 10;

/** `envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy`, compiled: what a session has to know. Times in milliseconds. */
export interface CompiledTcpProxy {
  /** Its statistics are `tcp.<statPrefix>.`. */
  readonly statPrefix: string;
  /** Drawn anew for every connect attempt, so a retry may land on another cluster. */
  readonly pickCluster: PickClusterName;
  /** The clusters that may be picked. */
  readonly clusterNames: readonly string[];
  /** 0 is off. */
  readonly idleTimeoutMs: number;
  readonly maxConnectAttempts: number;
  /** Absent: the next attempt follows at once. */
  readonly backoff: { readonly baseMs: number; readonly maxMs: number } | undefined;
  /** 0 is off. */
  readonly maxDurationMs: number;
  /** Up to this part of the maximum is added at random, from 0 to 1. */
  readonly maxDurationJitter: number;
}

/** Compiles a tcp_proxy; nothing after reporting why. */
export function compileTcpProxy(
  config: TcpProxy,
  path: ConfigPath,
  diagnostics: DiagnosticSink,
): CompiledTcpProxy | undefined {
  const pick = compileClusterPick(config, path, diagnostics);
  const backoff = config.backoffOptions && compileBackoff(config.backoffOptions);
  if (backoff !== undefined && backoff.maxMs < backoff.baseMs) {
    const message = "max_interval must be greater than or equal to the base_interval";
    diagnostics.error(path.field("backoffOptions"), "tcp_proxy.backoff", message);
    return undefined;
  }
  if (pick === undefined) return undefined;
  return {
    statPrefix: config.statPrefix ?? "",
    ...pick,
    idleTimeoutMs: durationMs(config.idleTimeout ?? DEFAULT_IDLE_TIMEOUT),
    maxConnectAttempts: config.maxConnectAttempts ?? DEFAULT_MAX_CONNECT_ATTEMPTS,
    backoff,
    maxDurationMs: durationMs(config.maxDownstreamConnectionDuration ?? "0s"),
    maxDurationJitter: (config.maxDownstreamConnectionDurationJitterPercentage?.value ?? 0) / 100,
  };
}

function compileBackoff({
  baseInterval = "0s",
  maxInterval,
}: BackoffStrategy): NonNullable<CompiledTcpProxy["backoff"]> {
  const baseMs = durationMs(baseInterval);
  return { baseMs, maxMs: maxInterval === undefined ? baseMs * DEFAULT_MAX_FACTOR : durationMs(maxInterval) };
}
