import {
  approximated,
  type FieldSupport,
  ignored,
  type MessageSupport,
  support,
  unsupported,
} from "../config/support.ts";

const HTTP_ON_NODE = unsupported("HTTP on Node comes with a later release; at the edge it is supported");
const edgeOnly = { edge: "supported", node: HTTP_ON_NODE } as const;
const atEdge = (said: FieldSupport): { readonly edge: FieldSupport; readonly node: FieldSupport } => ({
  edge: said,
  node: HTTP_ON_NODE,
});
const CONNECTIONS = ignored("connections to clients are the platform's, which opens, keeps and ends them");
const PLATFORM_SPEAKS = ignored("the platform speaks HTTP/1.1, HTTP/2 and HTTP/3 to clients by itself");

/** What becomes of the fields of Envoy's HTTP connection manager. */
export const connectionManagerSupport: readonly MessageSupport[] = [
  support("envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager", {
    codecType: { edge: PLATFORM_SPEAKS, node: HTTP_ON_NODE },
    statPrefix: edgeOnly,
    routeConfig: edgeOnly,
    httpFilters: edgeOnly,
    httpProtocolOptions: { edge: PLATFORM_SPEAKS, node: HTTP_ON_NODE },
    http2ProtocolOptions: { edge: PLATFORM_SPEAKS, node: HTTP_ON_NODE },
    serverName: edgeOnly,
    serverHeaderTransformation: {
      edge: approximated("the platform writes its own server header in front of a deployed Worker"),
      node: HTTP_ON_NODE,
    },
    useRemoteAddress: edgeOnly,
    xffNumTrustedHops: edgeOnly,
    skipXffAppend: edgeOnly,
    internalAddressConfig: edgeOnly,
    via: edgeOnly,
    generateRequestId: edgeOnly,
    preserveExternalRequestId: edgeOnly,
    alwaysSetRequestIdInResponse: edgeOnly,
    normalizePath: {
      edge: approximated(
        "dot segments are always resolved, since that is what the exit sends; the rest is as in Envoy",
      ),
      node: HTTP_ON_NODE,
    },
    mergeSlashes: edgeOnly,
    pathWithEscapedSlashesAction: edgeOnly,
    stripMatchingHostPort: edgeOnly,
    stripAnyHostPort: edgeOnly,
    stripTrailingHostDot: edgeOnly,
    upgradeConfigs: edgeOnly,
    addUserAgent: edgeOnly,
    commonHttpProtocolOptions: edgeOnly,
    http3ProtocolOptions: atEdge(PLATFORM_SPEAKS),
    http1SafeMaxConnectionDuration: atEdge(CONNECTIONS),
    schemeHeaderTransformation: edgeOnly,
    streamIdleTimeout: atEdge(
      approximated("a body that the platform moves by itself is not seen: from then on the stream is not called idle"),
    ),
    streamFlushTimeout: atEdge(ignored("the platform sends answers at the client's pace")),
    requestTimeout: atEdge(approximated("counts from the moment that the platform has read the headers")),
    requestHeadersTimeout: atEdge(ignored("the platform has read the headers before the Worker hears of a request")),
    drainTimeout: atEdge(CONNECTIONS),
    drainTimeoutJitter: atEdge(CONNECTIONS),
    delayedCloseTimeout: atEdge(CONNECTIONS),
    originalIpDetectionExtensions: edgeOnly,
    forwardClientCertDetails: edgeOnly,
    setCurrentClientCertDetails: edgeOnly,
    forwardClientCertMatcher: unsupported("the action is the same for every connection"),
    proxy100Continue: atEdge(ignored("the platform answers Expect: 100-continue by itself")),
    representIpv4RemoteAddressAsIpv4MappedIpv6: edgeOnly,
    requestIdExtension: edgeOnly,
    streamErrorOnInvalidHttpMessage: atEdge(ignored("the platform answers what is no valid HTTP by itself")),
    pathNormalizationOptions: ignored("Envoy itself does nothing with it"),
    typedHeaderValidationConfig: unsupported("header validators are not implemented; the platform's own rules hold"),
    appendXForwardedPort: atEdge(approximated("the platform does not tell which port the client used: it is 0")),
    appendLocalOverload: atEdge(ignored("there is no overload manager whose replies it could mark")),
    addProxyProtocolConnectionState: atEdge(ignored("no PROXY protocol reaches a Worker")),
    forwardProtoConfig: unsupported("the port that the client meant is only known with the PROXY protocol"),
    proxyStatusConfig: unsupported("the Proxy-Status header is not implemented"),
    earlyHeaderMutationExtensions: unsupported("header mutation before routing is not implemented; use the filter"),
    rds: unsupported("route discovery is not implemented"),
    scopedRoutes: unsupported("scoped routes are not implemented"),
    accessLogFlushInterval: unsupported("a line is written when its stream is over, and only then"),
    flushAccessLogOnNewRequest: unsupported("a line is written when its stream is over, and only then"),
    accessLog: edgeOnly,
    localReplyConfig: edgeOnly,
    maxRequestHeadersKb: { edge: "supported", node: HTTP_ON_NODE },
  }),
  support("envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager.InternalAddressConfig", {
    cidrRanges: edgeOnly,
    unixSockets: { edge: ignored("no request reaches a Worker over a Unix socket"), node: HTTP_ON_NODE },
  }),
  support("envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager.UpgradeConfig", {
    upgradeType: edgeOnly,
    enabled: edgeOnly,
  }),
  support("envoy.config.core.v3.HttpProtocolOptions", {
    idleTimeout: atEdge(CONNECTIONS),
    maxConnectionDuration: atEdge(CONNECTIONS),
    maxConnectionDurationJitter: atEdge(CONNECTIONS),
    maxRequestsPerConnection: atEdge(CONNECTIONS),
    maxHeadersCount: atEdge(approximated("headers that the platform adds count, and a repeated header counts once")),
    maxStreamDuration: atEdge(approximated("ends when the platform has taken over the answer's body")),
    headersWithUnderscoresAction: edgeOnly,
  }),
  support("envoy.config.core.v3.SchemeHeaderTransformation", {
    schemeToOverwrite: edgeOnly,
    matchUpstream: atEdge(ignored("the scheme of what is sent is always that of the connection it is sent on")),
  }),
  support(
    "envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager.SetCurrentClientCertDetails",
    {
      subject: edgeOnly,
      cert: edgeOnly,
      chain: atEdge(approximated("the platform tells only the client's own certificate: there is no Chain")),
      dns: atEdge(approximated("the platform does not tell the names in the certificate: there is no DNS")),
      uri: atEdge(approximated("the platform does not tell the names in the certificate: URI is empty")),
      format: unsupported("the JSON form is not implemented"),
    },
  ),
  support("envoy.extensions.filters.network.http_connection_manager.v3.RequestIDExtension", {
    typedConfig: edgeOnly,
  }),
  support("envoy.extensions.request_id.uuid.v3.UuidRequestIdConfig", {
    packTraceReason: edgeOnly,
    useRequestIdForTraceSampling: edgeOnly,
  }),
  support("envoy.extensions.http.original_ip_detection.xff.v3.XffConfig", {
    xffNumTrustedHops: edgeOnly,
    xffTrustedCidrs: edgeOnly,
    skipXffAppend: edgeOnly,
  }),
  support("envoy.extensions.http.original_ip_detection.xff.v3.XffTrustedCidrs", { cidrs: edgeOnly }),
  support("envoy.extensions.http.original_ip_detection.custom_header.v3.CustomHeaderConfig", {
    headerName: edgeOnly,
    allowExtensionToSetAddressAsTrusted: edgeOnly,
    rejectWithStatus: edgeOnly,
  }),
  support("envoy.type.v3.HttpStatus", { code: edgeOnly }),
  support("envoy.extensions.filters.network.http_connection_manager.v3.HttpFilter", {
    name: edgeOnly,
    typedConfig: edgeOnly,
    isOptional: edgeOnly,
  }),
];
