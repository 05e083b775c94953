import {
  approximated,
  approximatedAsWhole,
  ignored,
  type MessageSupport,
  support,
  unsupported,
} from "../config/support.ts";

const PLATFORM_CONNECTS = ignored("the platform connects, within limits of its own");
const PLATFORM_RESOLVES = ignored("the platform resolves names");
const SYSTEM_RESOLVER = {
  edge: PLATFORM_RESOLVES,
  node: unsupported("names are resolved by the system's name servers"),
};
const onNode = { edge: PLATFORM_RESOLVES, node: "supported" } as const;
const TLS_ON_NODE = unsupported("TLS to upstreams is not implemented");
const PLATFORM_VERIFIES = unsupported(
  "the platform verifies certificates against public authorities, and nothing else",
);
const PLATFORM_POOLS = ignored("the platform pools connections, within limits of its own");
const PLATFORM_SPEAKS_HTTP = approximatedAsWhole(
  "the platform chooses the version of HTTP; the exit `connect` speaks HTTP/1.1",
);
const COMMON_HTTP = approximatedAsWhole(
  "the platform keeps connections and limits headers: max_stream_duration is refused",
);
const BYTES_ONLY = ignored("connections are passed on as bytes");
const NO_EXTRA_STATS = ignored("these statistics are not kept");
const NO_HEALTH_CHECKS = ignored("there are no active health checks that it could change");

/** What becomes of the fields of clusters and endpoints. Enum values that are not implemented are refused when they are compiled. */
export const upstreamSupport: readonly MessageSupport[] = [
  support("envoy.config.cluster.v3.Cluster", {
    name: "supported",
    altStatName: "supported",
    type: "supported",
    clusterType: "supported",
    edsClusterConfig: unsupported("endpoints from a control plane are not implemented"),
    connectTimeout: { edge: PLATFORM_CONNECTS, node: "supported" },
    perConnectionBufferLimitBytes: { edge: ignored("the platform holds what is under way"), node: "supported" },
    lbPolicy: "supported",
    roundRobinLbConfig: "supported",
    leastRequestLbConfig: "supported",
    ringHashLbConfig: "supported",
    maglevLbConfig: "supported",
    originalDstLbConfig: unsupported("clusters of type ORIGINAL_DST are not implemented"),
    commonLbConfig: "supported",
    lbSubsetConfig: "supported",
    loadBalancingPolicy: "supported",
    loadAssignment: "supported",
    dnsRefreshRate: onNode,
    dnsFailureRefreshRate: onNode,
    dnsJitter: onNode,
    respectDnsTtl: onNode,
    dnsLookupFamily: onNode,
    dnsResolvers: SYSTEM_RESOLVER,
    useTcpForDnsLookups: SYSTEM_RESOLVER,
    dnsResolutionConfig: SYSTEM_RESOLVER,
    typedDnsResolverConfig: SYSTEM_RESOLVER,
    waitForWarmOnInit: onNode,
    cleanupInterval: ignored("only clusters of type ORIGINAL_DST use it"),
    metadata: { edge: "supported", node: ignored("nothing reads a cluster's metadata") },
    closeConnectionsOnHostHealthFailure: NO_HEALTH_CHECKS,
    ignoreHealthOnHostRemoval: NO_HEALTH_CHECKS,
    healthChecks: {
      edge: ignored("a Worker does nothing between requests: outlier detection is what finds failing hosts"),
      node: unsupported("active health checks are not implemented"),
    },
    outlierDetection: {
      edge: approximated("each isolate judges by its own requests, and looks at the clock when it picks a host"),
      node: unsupported("outlier detection of TCP upstreams is not implemented"),
    },
    circuitBreakers: {
      edge: approximated("each isolate counts for itself"),
      node: unsupported("circuit breakers of TCP upstreams are not implemented"),
    },
    transportSocket: { edge: "supported", node: TLS_ON_NODE },
    transportSocketMatches: unsupported("hosts of one cluster cannot have different transport sockets"),
    transportSocketMatcher: unsupported("hosts of one cluster cannot have different transport sockets"),
    typedExtensionProtocolOptions: { edge: "supported", node: BYTES_ONLY },
    commonHttpProtocolOptions: { edge: COMMON_HTTP, node: BYTES_ONLY },
    upstreamHttpProtocolOptions: { edge: "supported", node: BYTES_ONLY },
    httpProtocolOptions: { edge: PLATFORM_SPEAKS_HTTP, node: BYTES_ONLY },
    http2ProtocolOptions: { edge: PLATFORM_SPEAKS_HTTP, node: BYTES_ONLY },
    protocolSelection: { edge: PLATFORM_SPEAKS_HTTP, node: BYTES_ONLY },
    maxRequestsPerConnection: { edge: PLATFORM_POOLS, node: BYTES_ONLY },
    preconnectPolicy: { edge: PLATFORM_POOLS, node: unsupported("connections are opened when they are needed") },
    connectionPoolPerDownstreamConnection: { edge: PLATFORM_POOLS, node: ignored("every connection has its own") },
    upstreamConnectionOptions: {
      edge: PLATFORM_CONNECTS,
      node: unsupported("options of upstream sockets are not implemented"),
    },
    upstreamBindConfig: unsupported("the platform chooses the source address"),
    upstreamConfig: unsupported("other connection pools are not implemented"),
    perConnectionBufferHighWatermarkTimeout: {
      edge: ignored("the platform holds what is under way"),
      node: unsupported("slow connections are not timed out by their buffers"),
    },
    filters: unsupported("upstream network filters are not implemented"),
    lrsServer: unsupported("load reports are not implemented"),
    lrsReportEndpointMetrics: unsupported("load reports are not implemented"),
    trackTimeoutBudgets: NO_EXTRA_STATS,
    trackClusterStats: "supported",
  }),
  support("envoy.config.cluster.v3.Cluster.CustomClusterType", { name: "supported", typedConfig: "supported" }),
  support("envoy.extensions.clusters.dns.v3.DnsCluster", {
    dnsRefreshRate: onNode,
    dnsFailureRefreshRate: onNode,
    dnsJitter: onNode,
    respectDnsTtl: onNode,
    dnsLookupFamily: onNode,
    typedDnsResolverConfig: SYSTEM_RESOLVER,
    allAddressesInSingleEndpoint: "supported",
    dnsMinRefreshRate: { edge: PLATFORM_RESOLVES, node: unsupported("a name's time to live has no lower bound") },
  }),
  support("envoy.extensions.clusters.dns.v3.DnsCluster.RefreshRate", {
    baseInterval: "supported",
    maxInterval: "supported",
  }),
  support("envoy.extensions.upstreams.http.v3.HttpProtocolOptions", {
    commonHttpProtocolOptions: COMMON_HTTP,
    upstreamHttpProtocolOptions: "supported",
    explicitHttpConfig: PLATFORM_SPEAKS_HTTP,
    useDownstreamProtocolConfig: PLATFORM_SPEAKS_HTTP,
    autoConfig: PLATFORM_SPEAKS_HTTP,
    httpFilters: unsupported("upstream HTTP filters are not implemented"),
    headerValidationConfig: unsupported("header validators are not implemented"),
    outlierDetection: unsupported("what counts as an error cannot be said by a matcher"),
    requestMirrorPolicies: unsupported("mirrors of a cluster are not implemented"),
    hashPolicy: unsupported("the hash policy of a cluster is not implemented"),
    retryPolicy: unsupported("the retry policy of a cluster is not implemented"),
  }),
  support("envoy.config.core.v3.UpstreamHttpProtocolOptions", {
    autoSni: ignored("the platform always does"),
    autoSanValidation: ignored("the platform always does"),
    overrideAutoSniHeader: unsupported("the platform sends the endpoint's own name"),
  }),
  support("envoy.config.cluster.v3.TrackClusterStats", {
    timeoutBudgets: NO_EXTRA_STATS,
    requestResponseSizes: NO_EXTRA_STATS,
    perEndpointStats: NO_EXTRA_STATS,
  }),
  support("envoy.config.cluster.v3.CircuitBreakers", {
    thresholds: "supported",
    perHostThresholds: { edge: PLATFORM_POOLS, node: unsupported("limits per host are not implemented") },
  }),
  support("envoy.config.cluster.v3.CircuitBreakers.Thresholds", {
    priority: "supported",
    maxConnections: { edge: PLATFORM_POOLS, node: "supported" },
    maxPendingRequests: { edge: ignored("requests go to the platform at once: none waits"), node: "supported" },
    maxRequests: "supported",
    maxRetries: "supported",
    retryBudget: "supported",
    trackRemaining: "supported",
    maxConnectionPools: PLATFORM_POOLS,
  }),
  support("envoy.config.cluster.v3.CircuitBreakers.Thresholds.RetryBudget", {
    budgetPercent: "supported",
    budgetInterval: unsupported("a retry budget counts what is under way, not what was in an interval"),
    minRetryConcurrency: "supported",
  }),
  support("envoy.config.core.v3.TransportSocket", { name: "supported", typedConfig: "supported" }),
  support("envoy.extensions.transport_sockets.raw_buffer.v3.RawBuffer", {}),
  support("envoy.extensions.transport_sockets.tls.v3.UpstreamTlsContext", {
    sni: { edge: approximated("the platform sends the endpoint's own name, whatever stands here"), node: TLS_ON_NODE },
    autoHostSni: { edge: ignored("the platform always does"), node: TLS_ON_NODE },
    autoSniSanValidation: { edge: ignored("the platform always does"), node: TLS_ON_NODE },
    commonTlsContext: { edge: "supported", node: TLS_ON_NODE },
  }),
  support("envoy.extensions.transport_sockets.tls.v3.CommonTlsContext", {
    alpnProtocols: { edge: ignored("the platform chooses the protocol"), node: TLS_ON_NODE },
    tlsParams: { edge: unsupported("the platform chooses version and ciphers"), node: TLS_ON_NODE },
    validationContext: { edge: PLATFORM_VERIFIES, node: TLS_ON_NODE },
    tlsCertificates: { edge: unsupported("client certificates need a binding of the platform"), node: TLS_ON_NODE },
  }),
  support("envoy.config.cluster.v3.Cluster.RefreshRate", { baseInterval: "supported", maxInterval: "supported" }),
  support("envoy.config.endpoint.v3.ClusterLoadAssignment", {
    clusterName: "supported",
    endpoints: "supported",
    namedEndpoints: unsupported("named endpoints are not implemented"),
    policy: "supported",
  }),
  support("envoy.config.endpoint.v3.ClusterLoadAssignment.Policy", {
    overprovisioningFactor: "supported",
    endpointStaleAfter: ignored("static endpoints do not grow stale"),
    dropOverloads: { edge: "supported", node: unsupported("connections are not dropped by share") },
    weightedPriorityHealth: unsupported("priorities are weighted by the number of their hosts only"),
  }),
  support("envoy.config.endpoint.v3.ClusterLoadAssignment.Policy.DropOverload", {
    category: "supported",
    dropPercentage: "supported",
  }),
  support("envoy.config.endpoint.v3.LocalityLbEndpoints", {
    locality: "supported",
    lbEndpoints: "supported",
    priority: "supported",
    loadBalancingWeight: "supported",
    metadata: ignored("nothing reads a locality's metadata"),
    proximity: ignored("Envoy does not use it either"),
  }),
  support("envoy.config.endpoint.v3.LbEndpoint", {
    endpoint: "supported",
    endpointName: unsupported("named endpoints are not implemented"),
    healthStatus: "supported",
    metadata: "supported",
    loadBalancingWeight: "supported",
  }),
  support("envoy.config.endpoint.v3.Endpoint", {
    address: "supported",
    hostname: "supported",
    healthCheckConfig: NO_HEALTH_CHECKS,
  }),
  support("envoy.config.core.v3.Locality", { region: "supported", zone: "supported", subZone: "supported" }),
  support("envoy.config.core.v3.Metadata", {
    filterMetadata: "supported",
    typedFilterMetadata: ignored("nothing reads typed metadata"),
  }),
  support("envoy.type.v3.Percent", { value: "supported" }),
];
