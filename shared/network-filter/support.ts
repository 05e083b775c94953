import {
  approximated,
  approximatedAsWhole,
  everyField,
  ignored,
  type MessageSupport,
  support,
  unsupported,
} from "../config/support.ts";

const PLATFORM_ACCEPTS = ignored("the platform accepts connections");
const MATCHING_COMES = unsupported("choosing between filter chains comes with a later release");
const TLS_COMES = unsupported("TLS on Node comes with a later release");
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
      edge: "supported",
      node: TLS_COMES,
    },
    name: "supported",
  }),
  support("envoy.extensions.transport_sockets.tls.v3.DownstreamTlsContext", {
    commonTlsContext: {
      edge: approximatedAsWhole(
        "the platform holds the certificates and speaks TLS; the versions of tls_params are asked of each request, and answered 403",
      ),
      node: TLS_COMES,
    },
    requireClientCertificate: {
      edge: approximated(
        "the platform asks for certificates and checks them; a request without a valid one is answered 403",
      ),
      node: TLS_COMES,
    },
    requireSni: { edge: ignored("the platform always has a server name"), node: TLS_COMES },
    ...everyField(
      [
        "sessionTicketKeys",
        "sessionTicketKeysSdsSecretConfig",
        "disableStatelessSessionResumption",
        "disableStatefulSessionResumption",
        "sessionTimeout",
        "ocspStaplePolicy",
        "fullScanCertsOnSniMismatch",
        "preferClientCiphers",
      ],
      { edge: ignored("the platform terminates TLS"), node: TLS_COMES },
    ),
  }),
  support("envoy.extensions.transport_sockets.quic.v3.QuicDownstreamTransport", {
    downstreamTlsContext: {
      edge: approximatedAsWhole("the platform speaks HTTP/3 where its zone has it on"),
      node: TLS_COMES,
    },
    enableEarlyData: { edge: ignored("the platform terminates QUIC"), node: TLS_COMES },
  }),
  support("envoy.config.listener.v3.Filter", { name: "supported", typedConfig: "supported" }),
  support("envoy.config.core.v3.TcpKeepalive", {
    keepaliveTime: "supported",
    keepaliveProbes: approximated("Node offers no way to set it: the system's value holds"),
    keepaliveInterval: approximated("Node offers no way to set it: the system's value holds"),
  }),
];
