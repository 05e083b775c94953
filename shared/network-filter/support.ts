import { approximated, ignored, type MessageSupport, support, unsupported } from "../config/support.ts";

const PLATFORM_ACCEPTS = ignored("the platform accepts connections");
const MATCHING_COMES = unsupported("choosing between filter chains comes with a later release");
const KERNEL_OPTION = unsupported("Node offers no way to set it");

/** What becomes of the fields of listeners, filter chains and addresses. */
export const listenerSupport: readonly MessageSupport[] = [
  support("envoy.config.listener.v3.Listener", {
    name: "supported",
    address: "supported",
    statPrefix: { edge: PLATFORM_ACCEPTS, node: "supported" },
    filterChains: "supported",
    defaultFilterChain: "supported",
    filterChainMatcher: MATCHING_COMES,
    perConnectionBufferLimitBytes: { edge: PLATFORM_ACCEPTS, node: "supported" },
    metadata: ignored("nothing reads a listener's metadata"),
    drainType: {
      edge: PLATFORM_ACCEPTS,
      node: ignored("connections drain when their listener changes, never for a failed health check"),
    },
    listenerFilters: unsupported("listener filters come with a later release"),
    listenerFiltersTimeout: ignored("there is no listener filter to wait for"),
    continueOnListenerFiltersTimeout: ignored("there is no listener filter to wait for"),
    useOriginalDst: unsupported("Node offers no way to ask for the original destination"),
    transparent: KERNEL_OPTION,
    freebind: KERNEL_OPTION,
    socketOptions: KERNEL_OPTION,
    tcpFastOpenQueueLength: KERNEL_OPTION,
    enableMptcp: KERNEL_OPTION,
    trafficDirection: { edge: PLATFORM_ACCEPTS, node: "supported" },
    connectionBalanceConfig: unsupported("an accepted connection cannot move to another thread"),
    enableReusePort: { edge: PLATFORM_ACCEPTS, node: "supported" },
    tcpBacklogSize: { edge: PLATFORM_ACCEPTS, node: "supported" },
    maxConnectionsToAcceptPerSocketEvent: {
      edge: PLATFORM_ACCEPTS,
      node: ignored("Node accepts all that is pending"),
    },
    bindToPort: unsupported("a listener without a port is only reachable by the original destination"),
    ignoreGlobalConnLimit: ignored("there is no global connection limit"),
    bypassOverloadManager: ignored("there is no overload manager"),
    tcpKeepalive: { edge: PLATFORM_ACCEPTS, node: "supported" },
  }),
  support("envoy.config.listener.v3.FilterChain", {
    filterChainMatch: MATCHING_COMES,
    filters: "supported",
    metadata: ignored("nothing reads a filter chain's metadata"),
    transportSocket: {
      edge: ignored("the platform terminates TLS"),
      node: unsupported("TLS on Node comes with a later release"),
    },
    name: "supported",
  }),
  support("envoy.config.listener.v3.Filter", { name: "supported", typedConfig: "supported" }),
  support("envoy.config.core.v3.TcpKeepalive", {
    keepaliveTime: "supported",
    keepaliveProbes: approximated("Node offers no way to set it: the system's value holds"),
    keepaliveInterval: approximated("Node offers no way to set it: the system's value holds"),
  }),
];
