import type { FractionPredicate } from "../matching/runtime-fraction.ts";
import { compileFraction } from "../matching/runtime-fraction.ts";
import type { RandomSource } from "../host/random-source.ts";
import type { HeaderMap } from "../http/header-map.ts";
import type { TraceSampling } from "../router/route-trace.ts";
import type { HttpConnectionManagerTracing, Percent } from "../schema/envoy-types.ts";
import { type RequestIdPolicy, sampleOf, setTraceReason, type TraceReason, traceReasonOf } from "./request-id.ts";

/** The fractions of a connection manager; client sampling counts in whole percent, as in Envoy. */
export function compileTraceSampling(config: HttpConnectionManagerTracing): TraceSampling {
  const { clientSampling, randomSampling, overallSampling } = config;
  return {
    client: compileFraction({ numerator: clientSampling === undefined ? 100 : Math.trunc(clientSampling.value ?? 0) }),
    random: compilePercent(randomSampling),
    overall: compilePercent(overallSampling),
  };
}

function compilePercent(percent: Percent | undefined): FractionPredicate {
  const numerator = percent === undefined ? 10_000 : Math.round((percent.value ?? 0) * 100);
  return compileFraction({ numerator, denominator: "TEN_THOUSAND" });
}

/**
 * Whether and why a request is traced, and writes that into its id. A request that somebody before us decided on keeps its
 * reason. Source: Envoy `ConnectionManagerUtility::mutateTracingRequestHeader`.
 */
export function decideTracing(
  headers: HeaderMap,
  sampling: TraceSampling,
  requestId: RequestIdPolicy,
  random: RandomSource,
): TraceReason {
  if (!requestId.decidesSampling) return "sampled";
  const id = headers.get("x-request-id") ?? "";
  const sample = sampleOf(id);
  if (sample === undefined) return "none";
  const before = traceReasonOf(id);
  const wanted = before === "none" ? newReason(headers, sampling, sample, random) : before;
  const reason = sampling.overall(BigInt(sample)) ? wanted : "none";
  if (reason !== before) setTraceReason(headers, reason, requestId);
  return reason;
}

function newReason(headers: HeaderMap, sampling: TraceSampling, sample: number, random: RandomSource): TraceReason {
  if (headers.has("x-client-trace-id") && sampling.client(BigInt(random.uint32()))) return "client_forced";
  if (headers.has("x-envoy-force-trace")) return "service_forced";
  return sampling.random(BigInt(sample)) ? "sampled" : "none";
}
