import type { ConfigPath } from "../diagnostics/config-path.ts";
import type { DiagnosticSink } from "../diagnostics/diagnostic.ts";
import type { RandomSource } from "../host/random-source.ts";
import type { HeaderMap } from "../http/header-map.ts";
import type { StreamInfo } from "../http/stream-info.ts";
import type { Route } from "../router/route.ts";
import type { TraceSampling } from "../router/route-trace.ts";
import type { HttpConnectionManagerTracing } from "../schema/envoy-types.ts";
import { compileTracer } from "../tracing/compile-tracer.ts";
import type { Tracer } from "../tracing/tracer.ts";
import type { RequestIdPolicy, TraceReason } from "./request-id.ts";
import { compileTraceSampling, decideTracing } from "./trace-sampling.ts";

const OPERATION = "x-envoy-decorator-operation";

/** What a connection manager does about tracing. */
export interface TracingPolicy {
  readonly sampling: TraceSampling;
  readonly requestId: RequestIdPolicy;
  /** Absent where nothing is passed on. */
  readonly tracer: Tracer | undefined;
}

export function compileTracing(
  config: HttpConnectionManagerTracing,
  path: ConfigPath,
  { diagnostics, requestId }: { readonly diagnostics: DiagnosticSink; readonly requestId: RequestIdPolicy },
): TracingPolicy {
  const { provider, noContextPropagation = false } = config;
  const tracer = provider && compileTracer(provider, path.field("provider"), diagnostics);
  return { sampling: compileTraceSampling(config), requestId, tracer: noContextPropagation ? undefined : tracer };
}

export interface TracedRequest {
  readonly reason: TraceReason;
  /** What the answer says in `x-envoy-decorator-operation`; absent where the client named the operation itself. */
  readonly operation: string | undefined;
}

/** Decides on tracing, and has the request carry its trace on. */
export function traceRequest(
  policy: TracingPolicy,
  headers: HeaderMap,
  {
    info,
    route,
    random,
  }: { readonly info: StreamInfo; readonly route: Route | undefined; readonly random: RandomSource },
): TracedRequest {
  const trace = route?.trace;
  const reason = decideTracing(headers, trace?.sampling ?? policy.sampling, policy.requestId, random);
  const context = policy.tracer?.start(headers, reason !== "none", random);
  info.traceId = context?.traceId;
  info.isTraced = context?.sampled ?? reason !== "none";
  const isNamedByClient = headers.remove(OPERATION);
  const operation = trace?.propagatesOperation === true && !isNamedByClient ? trace.operation : undefined;
  return { reason, operation };
}
