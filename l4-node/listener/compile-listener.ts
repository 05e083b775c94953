import { isIP } from "node:net";
import type { ConfigPath } from "../../shared/diagnostics/config-path.ts";
import type { DiagnosticSink } from "../../shared/diagnostics/diagnostic.ts";
import {
  type CompiledFilterChain,
  compileOnlyFilterChain,
  type NetworkFilters,
} from "../../shared/network-filter/compile-filter-chain.ts";
import type { Address, Listener, SocketAddress } from "../../shared/schema/envoy-types.ts";
import { type BindAddress, renderBindAddress } from "./bind-address.ts";

/** A listener, checked, with its filter chain compiled. Immutable, and the same on every thread. */
export interface CompiledListener<Filter> {
  readonly name: string;
  /** As configured: the port may be 0. */
  readonly address: BindAddress;
  /** What its statistics are called after `listener.`; absent means the address, with the port it really has. */
  readonly statPrefix: string | undefined;
  readonly chain: CompiledFilterChain<Filter>;
  readonly bufferLimitBytes: number;
  readonly backlog: number | undefined;
  readonly keepaliveMs: number | undefined;
  /** Every thread has its own socket; otherwise one thread accepts for all. */
  readonly reusePort: boolean;
  readonly inbound: boolean;
}

/** `Listener.per_connection_buffer_limit_bytes` */
const DEFAULT_BUFFER_LIMIT_BYTES = 1024 * 1024;
/** Linux's `tcp_keepalive_time`, which holds where `keepalive_time` is not given. */
const DEFAULT_KEEPALIVE_S = 7200;

export interface ListenerContext<Filter> {
  readonly path: ConfigPath;
  readonly filters: NetworkFilters<Filter>;
  readonly diagnostics: DiagnosticSink;
}

/** `undefined` after it reported what is wrong. */
export function compileListener<Filter>(
  listener: Listener,
  name: string,
  context: ListenerContext<Filter>,
): CompiledListener<Filter> | undefined {
  const address = bindAddress(listener.address, context);
  const chain = compileOnlyFilterChain(listener, context.path, context);
  if (address === undefined || chain === undefined) return undefined;
  const { tcpKeepalive, perConnectionBufferLimitBytes = DEFAULT_BUFFER_LIMIT_BYTES } = listener;
  return {
    name,
    address,
    statPrefix: listener.statPrefix === "" ? undefined : listener.statPrefix,
    chain,
    bufferLimitBytes: perConnectionBufferLimitBytes,
    backlog: listener.tcpBacklogSize,
    keepaliveMs: tcpKeepalive && (tcpKeepalive.keepaliveTime ?? DEFAULT_KEEPALIVE_S) * 1000,
    reusePort: address.kind === "tcp" && (listener.enableReusePort ?? true),
    inbound: listener.trafficDirection === "INBOUND",
  };
}

/** What a listener's statistics are called after `listener.`, where it is bound at `actual`. */
export function listenerStatName(listener: CompiledListener<unknown>, actual: BindAddress): string {
  return listener.statPrefix ?? renderBindAddress(actual);
}

/** The address of a listener; also that of the admin interface. */
export function bindAddress(
  address: Address | undefined,
  { path, diagnostics }: Pick<ListenerContext<unknown>, "path" | "diagnostics">,
): BindAddress | undefined {
  const at = path.field("address");
  const { socketAddress, pipe } = address ?? {};
  if (socketAddress !== undefined) return tcpAddress(socketAddress, { path: at.field("socketAddress"), diagnostics });
  if (pipe?.path !== undefined) return pipeAddress(pipe.path, pipe.mode);
  diagnostics.error(at, "listener.address", "expected a socket_address or a pipe");
  return undefined;
}

function tcpAddress(
  { address: host = "", portValue: port = 0, protocol = "TCP", ipv4Compat = false, namedPort }: SocketAddress,
  { path, diagnostics }: Pick<ListenerContext<unknown>, "path" | "diagnostics">,
): BindAddress | undefined {
  if (protocol !== "TCP") {
    diagnostics.error(path.field("protocol"), "listener.address", "UDP listeners are not supported");
    return undefined;
  }
  if (namedPort !== undefined) {
    diagnostics.error(path.field("namedPort"), "listener.address", "a listener needs port_value");
    return undefined;
  }
  const family = isIP(host);
  if (family === 0) {
    diagnostics.error(path.field("address"), "listener.address", `malformed IP address: ${host}`);
    return undefined;
  }
  return { kind: "tcp", host, port, ipv6Only: family === 6 && !ipv4Compat };
}

function pipeAddress(path: string, mode: number | undefined): BindAddress {
  return mode === undefined ? { kind: "pipe", path } : { kind: "pipe", path, mode };
}
