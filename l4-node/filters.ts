import { type CompiledTcpProxy, compileTcpProxy } from "../shared/filters/network/tcp-proxy/compile-tcp-proxy.ts";
import type { CompileNetworkFilter, NetworkFilters } from "../shared/network-filter/compile-filter-chain.ts";
import type { AnyMessage, TcpProxy } from "../shared/schema/envoy-types.ts";

/** What a filter chain of this host can end in. */
export type TerminalFilter = CompiledTcpProxy;

const tcpProxy: CompileNetworkFilter<TerminalFilter> = (config, path, diagnostics) =>
  compileTcpProxy(asTcpProxy(config), path, diagnostics);

/** The network filters of this host. Nothing registers itself: what is not in this list does not exist. */
export const networkFilters: NetworkFilters<TerminalFilter> = new Map([
  ["envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy", tcpProxy],
]);

/** The loader compared the fields of the Any with the message that its type URL names. */
function asTcpProxy(config: AnyMessage): TcpProxy {
  return config as TcpProxy;
}
