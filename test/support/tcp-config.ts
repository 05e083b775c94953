import { type LoadedConfig, loadConfig } from "../../shared/config/load.ts";
import type { Bootstrap, Cluster, Listener, TcpProxy } from "../../shared/schema/envoy-types.ts";

/** A listener on loopback that forwards; port 0 unless said. */
export function tcpListener(
  name: string,
  proxy: TcpProxy,
  more: { readonly port?: number; readonly listener?: Partial<Listener> } = {},
): Listener {
  const type = "type.googleapis.com/envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy";
  return {
    name,
    address: { socketAddress: { address: "127.0.0.1", portValue: more.port ?? 0 } },
    filterChains: [{ filters: [{ name: "tcp_proxy", typedConfig: { "@type": type, statPrefix: name, ...proxy } }] }],
    ...more.listener,
  };
}

/** A static cluster with endpoints at these loopback ports. */
export function loopbackCluster(name: string, ports: readonly number[], more: Partial<Cluster> = {}): Cluster {
  const lbEndpoints = ports.map((portValue) => ({
    endpoint: { address: { socketAddress: { address: "127.0.0.1", portValue } } },
  }));
  return {
    name,
    type: "STATIC",
    connectTimeout: "5s",
    loadAssignment: { clusterName: name, endpoints: [{ lbEndpoints }] },
    ...more,
  };
}

/** A bootstrap as the loader gives it. */
export function bootstrapOf(
  listeners: readonly Listener[],
  clusters: readonly Cluster[],
  more: Partial<Bootstrap> = {},
): LoadedConfig {
  return loadConfig(bootstrapText(listeners, clusters, more), { file: "test.json" });
}

export function bootstrapText(
  listeners: readonly Listener[],
  clusters: readonly Cluster[],
  more: Partial<Bootstrap> = {},
): string {
  return JSON.stringify({ staticResources: { listeners, clusters }, ...more }, undefined, 2);
}
