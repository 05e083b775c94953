import { ignored, type MessageSupport, support, unsupported } from "../../../config/support.ts";

/** What becomes of the fields of `envoy.filters.http.router`. */
export const routerFilterSupport: readonly MessageSupport[] = [
  support("envoy.extensions.filters.http.router.v3.Router", {
    dynamicStats: "supported",
    suppressEnvoyHeaders: "supported",
    respectExpectedRqTimeout: "supported",
    startChildSpan: ignored("there is no tracing"),
    rejectConnectRequestEarlyData: ignored("CONNECT requests have no route"),
    strictCheckHeaders: unsupported("control headers are not checked: one that cannot be read has no effect"),
    suppressGrpcRequestFailureCodeStats: unsupported("gRPC failures are not counted apart from HTTP ones"),
    upstreamLog: unsupported("access logs are not implemented"),
    upstreamLogOptions: unsupported("access logs are not implemented"),
    upstreamHttpFilters: unsupported("filters on the upstream side are not implemented"),
  }),
];
