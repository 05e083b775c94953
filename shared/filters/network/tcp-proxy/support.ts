import { type MessageSupport, support, unsupported } from "../../../config/support.ts";

const NO_TCP = unsupported("a Worker accepts no TCP connections");
const onNode = { edge: NO_TCP, node: "supported" } as const;
const NO_LOGS = unsupported("access logs are not implemented");
const NO_SUBSETS = unsupported("a TCP connection cannot ask for a subset of the hosts");

/** What becomes of the fields of `envoy.filters.network.tcp_proxy`. */
export const tcpProxySupport: readonly MessageSupport[] = [
  support("envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy", {
    statPrefix: onNode,
    cluster: onNode,
    weightedClusters: onNode,
    idleTimeout: onNode,
    maxConnectAttempts: onNode,
    backoffOptions: onNode,
    maxDownstreamConnectionDuration: onNode,
    maxDownstreamConnectionDurationJitterPercentage: onNode,
    metadataMatch: NO_SUBSETS,
    accessLog: NO_LOGS,
    accessLogOptions: NO_LOGS,
    hashPolicy: unsupported("a TCP connection cannot ask for a host by hash"),
    tunnelingConfig: unsupported("tunnelling over HTTP is not implemented"),
    onDemand: unsupported("clusters on demand need a control plane"),
    proxyProtocolTlvs: unsupported("the PROXY protocol is not implemented"),
  }),
  support("envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy.WeightedCluster", { clusters: onNode }),
  support("envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy.WeightedCluster.ClusterWeight", {
    name: onNode,
    weight: onNode,
    metadataMatch: NO_SUBSETS,
  }),
  support("envoy.config.core.v3.BackoffStrategy", { baseInterval: "supported", maxInterval: "supported" }),
];
