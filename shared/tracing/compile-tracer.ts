import type { ConfigPath } from "../diagnostics/config-path.ts";
import type { DiagnosticSink } from "../diagnostics/diagnostic.ts";
import type { TracingHttp, ZipkinConfig } from "../schema/envoy-types.ts";
import { createB3Tracer } from "./b3-tracer.ts";
import type { Tracer } from "./tracer.ts";
import { w3cTracer } from "./w3c-tracer.ts";

const ZIPKIN = "type.googleapis.com/envoy.config.trace.v3.ZipkinConfig";
const OPEN_TELEMETRY = "type.googleapis.com/envoy.config.trace.v3.OpenTelemetryConfig";

/** The tracer of a `Tracing.Http`; nothing after reporting that there is none of this type. */
export function compileTracer(
  { name = "", typedConfig }: TracingHttp,
  path: ConfigPath,
  diagnostics: DiagnosticSink,
): Tracer | undefined {
  switch (typedConfig?.["@type"]) {
    case ZIPKIN:
      return compileZipkin(typedConfig as ZipkinConfig); // what the type URL names, checked by the loader
    case OPEN_TELEMETRY:
      return w3cTracer;
    default:
      diagnostics.error(
        path.field("typedConfig"),
        "config.unknown_extension",
        `no implementation of the tracer "${name}"`,
      );
      return undefined;
  }
}

function compileZipkin({ traceId128bit = false, sharedSpanContext = true, traceContextOption }: ZipkinConfig): Tracer {
  return createB3Tracer({
    longTraceIds: traceId128bit,
    sharesSpan: sharedSpanContext,
    withW3c: traceContextOption === "USE_B3_WITH_W3C_PROPAGATION",
  });
}
