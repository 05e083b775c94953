import type { RandomSource } from "../host/random-source.ts";
import type { HeaderMap } from "../http/header-map.ts";
import { newSpanId, type TraceContext, type Tracer } from "./tracer.ts";
import { parseTraceParent, writeTraceParent } from "./w3c-tracer.ts";

/** Fields of Envoy's `ZipkinConfig` that decide on headers. */
export interface B3Options {
  /** New traces get identifiers of 32 digits instead of 16. */
  readonly longTraceIds: boolean;
  /** Both ends of a call have one span between them, so that its identifier is passed on. */
  readonly sharesSpan: boolean;
  /** `traceparent` is read where B3 is missing, and always written (`USE_B3_WITH_W3C_PROPAGATION`). */
  readonly withW3c: boolean;
}

interface B3Context {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId: string | undefined;
}

/** What came with the request. `context` is `undefined` where only the decision came. */
interface Extracted {
  readonly context: B3Context | undefined;
  readonly sampled: boolean | undefined;
}

/** B3, single or in several headers, written in several as Envoy's Zipkin tracer does. What the client decided on sampling stays. */
export function createB3Tracer(options: B3Options): Tracer {
  return {
    start(headers: HeaderMap, traced: boolean, random: RandomSource): TraceContext | undefined {
      const extracted = extract(headers, options);
      if (extracted === undefined) return undefined;
      const sampled = extracted.sampled ?? traced;
      const context = nextContext(extracted.context, options, random);
      headers.set("x-b3-traceid", context.traceId);
      headers.set("x-b3-spanid", context.spanId);
      if (context.parentSpanId !== undefined) headers.set("x-b3-parentspanid", context.parentSpanId);
      headers.set("x-b3-sampled", sampled ? "1" : "0");
      if (options.withW3c)
        writeTraceParent(headers, { ...context, traceId: context.traceId.padStart(32, "0"), sampled });
      return { traceId: context.traceId, sampled };
    },
  };
}

function nextContext(from: B3Context | undefined, options: B3Options, random: RandomSource): B3Context {
  const spanId = newSpanId(random);
  if (from === undefined) {
    // As in Envoy, the first span of a trace has the identifier of the trace.
    const traceId = options.longTraceIds ? newSpanId(random) + spanId : spanId;
    return { traceId, spanId, parentSpanId: undefined };
  }
  return options.sharesSpan ? from : { traceId: from.traceId, spanId, parentSpanId: from.spanId };
}

function extract(headers: HeaderMap, { withW3c }: B3Options): Extracted | undefined {
  const single = headers.get("b3");
  if (single !== undefined) return parseSingle(single);
  const traceId = headers.get("x-b3-traceid");
  if (traceId !== undefined) return parseMultiple(headers, traceId);
  const parent = withW3c ? parseTraceParent(headers.get("traceparent")) : undefined;
  if (parent === undefined) return { context: undefined, sampled: sampledFrom(headers) };
  return { context: { ...parent, parentSpanId: undefined }, sampled: parent.sampled };
}

/** `{trace}-{span}[-{sampled}[-{parent}]]`, or the decision alone. Source: B3 propagation, "Single Header". */
function parseSingle(text: string): Extracted | undefined {
  if (/^[01d]$/.test(text)) return { context: undefined, sampled: text !== "0" };
  const parts = /^([\da-f]{16}|[\da-f]{32})-([\da-f]{16})(?:-([01d])(?:-([\da-f]{16}))?)?$/.exec(text);
  const [, traceId, spanId, sampled, parentSpanId] = parts ?? [];
  if (traceId === undefined || spanId === undefined) return undefined;
  return { context: { traceId, spanId, parentSpanId }, sampled: sampled === undefined ? undefined : sampled !== "0" };
}

function parseMultiple(headers: HeaderMap, traceId: string): Extracted | undefined {
  const spanId = headers.get("x-b3-spanid");
  const parentSpanId = headers.get("x-b3-parentspanid");
  if (!/^(?:[\da-f]{16}|[\da-f]{32})$/i.test(traceId) || !isSpanId(spanId)) return undefined;
  if (parentSpanId !== undefined && !isSpanId(parentSpanId)) return undefined;
  return { context: { traceId, spanId, parentSpanId }, sampled: sampledFrom(headers) };
}

/** The debug flag asks for more than sampling and therefore for that, too. */
function sampledFrom(headers: HeaderMap): boolean | undefined {
  if (headers.get("x-b3-flags") === "1") return true;
  const sampled = headers.get("x-b3-sampled");
  return sampled === undefined ? undefined : sampled === "1" || sampled === "true";
}

function isSpanId(text: string | undefined): text is string {
  return text !== undefined && /^[\da-f]{16}$/i.test(text);
}
