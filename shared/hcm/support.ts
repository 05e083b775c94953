import { approximated, ignored, type MessageSupport, support, unsupported } from "../config/support.ts";

const HTTP_ON_NODE = unsupported("HTTP on Node comes with a later release; at the edge it is supported");
const edgeOnly = { edge: "supported", node: HTTP_ON_NODE } as const;
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
    accessLog: edgeOnly,
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
  support("envoy.extensions.filters.network.http_connection_manager.v3.HttpFilter", {
    name: edgeOnly,
    typedConfig: edgeOnly,
    isOptional: edgeOnly,
  }),
];
