import { approximated, type MessageSupport, support, unsupported } from "../config/support.ts";

const LINES = {
  edge: approximated(
    "what the platform does not tell prints as missing (ports, our own address and certificate, connections to upstreams); an answer that the platform sends on by itself is logged when it is handed over: DURATION and times end there, and its bytes are those of content-length, else 0",
  ),
  node: "supported",
} as const;

/** What becomes of the fields of access logs and their filters. */
export const accessLogSupport: readonly MessageSupport[] = [
  support("envoy.config.accesslog.v3.AccessLog", { name: "supported", filter: "supported", typedConfig: "supported" }),
  support("envoy.extensions.access_loggers.file.v3.FileAccessLog", {
    path: {
      edge: approximated("a Worker has no files: every line goes to the platform's log"),
      node: "supported",
    },
    format: LINES,
    jsonFormat: LINES,
    typedJsonFormat: LINES,
    logFormat: LINES,
  }),
  support("envoy.extensions.access_loggers.stream.v3.StdoutAccessLog", { logFormat: LINES }),
  support("envoy.extensions.access_loggers.stream.v3.StderrAccessLog", { logFormat: LINES }),
  support("envoy.config.accesslog.v3.AccessLogFilter", {
    statusCodeFilter: "supported",
    durationFilter: "supported",
    notHealthCheckFilter: "supported",
    traceableFilter: "supported",
    runtimeFilter: "supported",
    andFilter: "supported",
    orFilter: "supported",
    headerFilter: "supported",
    responseFlagFilter: "supported",
    grpcStatusFilter: "supported",
    metadataFilter: "supported",
    logTypeFilter: "supported",
    extensionFilter: unsupported("filters that are extensions (CEL, process_ratelimit) are not implemented"),
  }),
  support("envoy.config.accesslog.v3.StatusCodeFilter", { comparison: "supported" }),
  support("envoy.config.accesslog.v3.DurationFilter", { comparison: "supported" }),
  support("envoy.config.accesslog.v3.ComparisonFilter", { op: "supported", value: "supported" }),
  support("envoy.config.core.v3.RuntimeUInt32", { defaultValue: "supported", runtimeKey: "supported" }),
  support("envoy.config.accesslog.v3.NotHealthCheckFilter", {}),
  support("envoy.config.accesslog.v3.TraceableFilter", {}),
  support("envoy.config.accesslog.v3.RuntimeFilter", {
    runtimeKey: "supported",
    percentSampled: "supported",
    useIndependentRandomness: "supported",
  }),
  support("envoy.config.accesslog.v3.AndFilter", { filters: "supported" }),
  support("envoy.config.accesslog.v3.OrFilter", { filters: "supported" }),
  support("envoy.config.accesslog.v3.HeaderFilter", { header: "supported" }),
  support("envoy.config.accesslog.v3.ResponseFlagFilter", { flags: "supported" }),
  support("envoy.config.accesslog.v3.GrpcStatusFilter", { statuses: "supported", exclude: "supported" }),
  support("envoy.config.accesslog.v3.MetadataFilter", { matcher: "supported", matchIfKeyNotFound: "supported" }),
  support("envoy.config.accesslog.v3.LogTypeFilter", { types: "supported", exclude: "supported" }),
];
