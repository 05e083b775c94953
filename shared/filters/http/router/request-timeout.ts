import { parseGrpcTimeout, renderGrpcTimeout } from "../../../http/grpc-timeout.ts";
import type { HeaderMap } from "../../../http/header-map.ts";
import { isGrpcRequest } from "../../../http/local-reply-encoding.ts";
import type { ForwardRoute } from "../../../router/route.ts";
import type { RouterSettings } from "./router-settings.ts";

/** How long a request and its attempts may take, in milliseconds; 0 is no limit. */
export interface RequestTimeouts {
  /** From the end of the request to the end of the answer, all attempts together. */
  readonly globalMs: number;
  /** From the end of the request, or the beginning of the attempt, until the client has the beginning of the answer. */
  readonly perTryMs: number;
  /** Without a byte from the upstream. */
  readonly perTryIdleMs: number;
  /** A slow attempt runs on, beside another. */
  readonly hedges: boolean;
  /** What a client gets that waited in vain. */
  readonly status: number;
  /** Whether `x-envoy-expected-rq-timeout-ms` is ours to write. */
  readonly saysExpected: boolean;
  /** The `grpc-timeout` of the upstream request follows. */
  readonly saysGrpcTimeout: boolean;
}

const EXPECTED = "x-envoy-expected-rq-timeout-ms";
const GLOBAL = "x-envoy-upstream-rq-timeout-ms";
const PER_TRY = "x-envoy-upstream-rq-per-try-timeout-ms";
const ALT_RESPONSE = "x-envoy-upstream-rq-timeout-alt-response";
const HEDGE = "x-envoy-hedge-on-per-try-timeout";

/**
 * The time limits of a request: the route's, unless a caller that is trusted to do so asks for others. Takes the control headers
 * away, and tells the upstream how long it has. Source: Envoy `FilterUtility::finalTimeout`.
 */
export function takeRequestTimeouts(
  headers: HeaderMap,
  route: ForwardRoute,
  settings: RouterSettings,
): RequestTimeouts {
  const { retry, hedgeOnPerTryTimeout, grpcTimeout } = route.policies;
  const expected = settings.respectExpectedTimeout ? headers.get(EXPECTED) : undefined;
  const globalMs = parseTimeout(expected ?? headers.get(GLOBAL)) ?? routeTimeoutMs(headers, route);
  const perTryMs = parseTimeout(headers.get(PER_TRY)) ?? retry?.perTryTimeoutMs ?? 0;
  const hedge = headers.get(HEDGE);
  for (const name of [GLOBAL, PER_TRY, HEDGE]) headers.remove(name);
  const timeouts = {
    globalMs,
    // One that can never be the first to pass counts for nothing.
    perTryMs: globalMs > 0 && perTryMs >= globalMs ? 0 : perTryMs,
    perTryIdleMs: retry?.perTryIdleTimeoutMs ?? 0,
    hedges: hedge === "true" || (hedge !== "false" && hedgeOnPerTryTimeout),
    status: headers.remove(ALT_RESPONSE) ? 204 : 504,
    saysExpected: !settings.suppressEnvoyHeaders && expected === undefined,
    saysGrpcTimeout: grpcTimeout !== undefined && route.stream.maxDuration === undefined && isGrpcRequest(headers),
  };
  tellExpectedTimeout(headers, timeouts, 0);
  return timeouts;
}

/**
 * Tells the upstream how long it has: the time of one attempt, within what is left of the whole. Source: Envoy
 * `FilterUtility::setTimeoutHeaders`.
 */
export function tellExpectedTimeout(headers: HeaderMap, timeouts: RequestTimeouts, elapsedMs: number): void {
  const { globalMs, perTryMs, hedges, saysExpected, saysGrpcTimeout } = timeouts;
  const wantedMs = hedges || perTryMs === 0 ? globalMs : perTryMs;
  if (wantedMs === 0) return;
  // Out of time: 0 would be no limit, and the timer is about to fire.
  const leftMs = globalMs === 0 ? wantedMs : Math.max(1, Math.min(wantedMs, globalMs - elapsedMs));
  if (saysExpected) headers.set(EXPECTED, String(leftMs));
  if (saysGrpcTimeout) headers.set("grpc-timeout", renderGrpcTimeout(leftMs));
}

/** Where the route limits the duration of streams, that limit counts, and the connection manager keeps it. */
function routeTimeoutMs(headers: HeaderMap, { timeoutMs, stream, policies }: ForwardRoute): number {
  if (stream.maxDuration !== undefined) return 0;
  const { grpcTimeout } = policies;
  if (grpcTimeout === undefined || !isGrpcRequest(headers)) return timeoutMs;
  const asked = parseGrpcTimeout(headers.get("grpc-timeout")) ?? 0;
  const offset = asked > grpcTimeout.offsetMs ? asked - grpcTimeout.offsetMs : asked;
  const { maxMs } = grpcTimeout;
  return maxMs > 0 && (offset === 0 || offset > maxMs) ? maxMs : offset;
}

function parseTimeout(text: string | undefined): number | undefined {
  return text !== undefined && /^\d{1,15}$/.test(text) ? Number(text) : undefined;
}
