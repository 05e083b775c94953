import type { RandomSource } from "../host/random-source.ts";
import type { HeaderMap } from "../http/header-map.ts";

/** The trace that a request belongs to. */
export interface TraceContext {
  /** Lower-case hex, 16 or 32 digits. */
  readonly traceId: string;
  readonly sampled: boolean;
}

/**
 * Passes a trace on from a request to the one that is sent in its place, in the headers of one tracing system. The seam for
 * exporters: whoever makes a tracer may keep what it starts.
 */
export interface Tracer {
  /**
   * Joins the trace that the headers name, or begins one; `traced` is this proxy's own decision. `undefined` where headers are
   * there and make no sense: they are passed on as they are.
   */
  start(headers: HeaderMap, traced: boolean, random: RandomSource): TraceContext | undefined;
}

/** A random identifier of 16 hex digits. */
export function newSpanId(random: RandomSource): string {
  const id = hex32(random.uint32()) + hex32(random.uint32());
  // All zeros stand for no identifier (W3C Trace Context section 3.2.2.4).
  return id === NO_SPAN_ID ? FIRST_SPAN_ID : id;
}

export const NO_SPAN_ID: string = "0".repeat(16);
const FIRST_SPAN_ID = "0".repeat(15) + "1";

function hex32(value: number): string {
  return value.toString(16).padStart(8, "0");
}
