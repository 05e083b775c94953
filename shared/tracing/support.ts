import { ignored, type MessageSupport, support, unsupported } from "../config/support.ts";

const EXPORTERS = ignored("spans are not exported; traces are passed on in headers");
const SAMPLER = unsupported("samplers other than the connection manager's own are not implemented");

/** What becomes of the fields of Envoy's tracers. */
export const tracingSupport: readonly MessageSupport[] = [
  support("envoy.config.trace.v3.Tracing.Http", { name: "supported", typedConfig: "supported" }),
  support("envoy.config.trace.v3.ZipkinConfig", {
    collectorCluster: EXPORTERS,
    collectorEndpoint: EXPORTERS,
    collectorEndpointVersion: EXPORTERS,
    collectorHostname: EXPORTERS,
    collectorService: EXPORTERS,
    splitSpansForRequest: EXPORTERS,
    traceId128bit: "supported",
    sharedSpanContext: "supported",
    traceContextOption: "supported",
    timestampTraceIds: unsupported("identifiers of traces are random as a whole"),
  }),
  support("envoy.config.trace.v3.OpenTelemetryConfig", {
    grpcService: EXPORTERS,
    httpService: EXPORTERS,
    serviceName: EXPORTERS,
    resourceDetectors: EXPORTERS,
    sampler: SAMPLER,
    maxCacheSize: EXPORTERS,
    setTelemetrySdkResourceAttributes: EXPORTERS,
    setServiceNameResourceAttribute: EXPORTERS,
  }),
];
