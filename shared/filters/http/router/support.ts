import { ignored, type MessageSupport, support, unsupported } from "../../../config/support.ts";

/** What becomes of the fields of `envoy.filters.http.router`. */
export const routerFilterSupport: readonly MessageSupport[] = [
  support("envoy.extensions.filters.http.router.v3.Router", {
    dynamicStats: "supported",
    suppressEnvoyHeaders: "supported",
    respectExpectedRqTimeout: "supported",
    startChildSpan: ignored("there is no tracing"),
    rejectConnectRequestEarlyData: ignored("CONNECT requests have no route"),
    strictCheckHeaders: "supported",
    suppressGrpcRequestFailureCodeStats: unsupported("gRPC failures are not counted apart from HTTP ones"),
    upstreamLog: unsupported(
      "attempts have no log of their own; the access log of the connection manager tells of them",
    ),
    upstreamLogOptions: unsupported("attempts have no log of their own"),
    upstreamHttpFilters: unsupported("filters on the upstream side are not implemented"),
  }),
];
