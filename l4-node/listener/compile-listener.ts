import type { ConfigPath } from "../../shared/diagnostics/config-path.ts";
import type { DiagnosticSink } from "../../shared/diagnostics/diagnostic.ts";
import { addressFromConfig } from "../../shared/net/address.ts";
import {
  type CompiledFilterChain,
  compileOnlyFilterChain,
  type NetworkFilters,
} from "../../shared/network-filter/compile-filter-chain.ts";
import type { Address, Listener } from "../../shared/schema/envoy-types.ts";
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
  const address = bindAddress(listener.address, context.path.field("address"), context.diagnostics);
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
  config: Address | undefined,
  path: ConfigPath,
  diagnostics: DiagnosticSink,
): BindAddress | undefined {
  const address = addressFromConfig(config ?? {}, path, diagnostics);
  switch (address?.kind) {
    case undefined:
      return undefined;
    case "ip": {
      const isV6 = address.host.includes(":");
      return {
        kind: "tcp",
        host: address.host,
        port: address.port,
        ipv6Only: isV6 && !config?.socketAddress?.ipv4Compat,
      };
    }
    case "pipe": {
      const mode = config?.pipe?.mode;
      return mode === undefined ? address : { ...address, mode };
    }
    case "name":
      diagnostics.error(path, "listener.address", `malformed IP address: ${address.host}`);
      return undefined;
    case "internal":
      diagnostics.error(path, "listener.address", "internal listeners are not implemented");
      return undefined;
  }
}
