import type { RandomSource } from "../host/random-source.ts";
import type { HeaderMap } from "../http/header-map.ts";
import { newSpanId, NO_SPAN_ID, type TraceContext, type Tracer } from "./tracer.ts";

/** What `traceparent` says (W3C Trace Context section 3.2). */
interface TraceParent {
  readonly traceId: string;
  readonly spanId: string;
  readonly sampled: boolean;
}

/**
 * `traceparent` and `tracestate`, as Envoy's OpenTelemetry tracer writes them: a trace that the client does not sample stays
 * unsampled, and so does one that this proxy does not sample.
 */
export const w3cTracer: Tracer = {
  start(headers: HeaderMap, traced: boolean, random: RandomSource): TraceContext | undefined {
    const text = headers.get("traceparent");
    const parent = parseTraceParent(text);
    if (text !== undefined && parent === undefined) return undefined;
    const traceId = parent?.traceId ?? newSpanId(random) + newSpanId(random);
    const sampled = traced && (parent?.sampled ?? true);
    writeTraceParent(headers, { traceId, spanId: newSpanId(random), sampled });
    headers.set("tracestate", parent === undefined ? "" : (headers.get("tracestate") ?? ""));
    return { traceId, sampled };
  },
};

export function writeTraceParent(headers: HeaderMap, { traceId, spanId, sampled }: TraceParent): void {
  headers.set("traceparent", `00-${traceId}-${spanId}-${sampled ? "01" : "00"}`);
}

/** `undefined` for what is none. Versions after 00 are read like it. */
export function parseTraceParent(text: string | undefined): TraceParent | undefined {
  const parts = /^([\da-f]{2})-([\da-f]{32})-([\da-f]{16})-([\da-f]{2})$/.exec(text ?? "");
  const [, version, traceId = NO_TRACE_ID, spanId = NO_SPAN_ID, flags = "00"] = parts ?? [];
  if (version === undefined || version === "ff" || traceId === NO_TRACE_ID || spanId === NO_SPAN_ID) return undefined;
  return { traceId, spanId, sampled: (Number.parseInt(flags, 16) & 1) === 1 };
}

const NO_TRACE_ID = "0".repeat(32);
