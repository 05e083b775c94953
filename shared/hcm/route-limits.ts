import { parseGrpcTimeout, renderGrpcTimeout } from "../http/grpc-timeout.ts";
import type { HeaderMap } from "../http/header-map.ts";
import { isGrpcRequest } from "../http/local-reply-encoding.ts";
import type { MaxStreamDuration } from "../router/stream-settings.ts";

/**
 * How long a stream of a route may take, in milliseconds; `undefined` is without limit. A route that sets a limit also
 * sets the `grpc-timeout` that the upstream sees, and one that lifts the connection manager's takes it away. Source: Envoy `ActiveStream::refreshDurationTimeout`.
 */
export function streamDuration(
  route: MaxStreamDuration | undefined,
  managerMaxMs: number,
  headers: HeaderMap,
): number | undefined {
  if (route === undefined) return managerMaxMs === 0 ? undefined : managerMaxMs;
  const durationMs = routeDuration(route, managerMaxMs, headers);
  if (!isGrpcRequest(headers)) return durationMs;
  if (durationMs !== undefined) headers.set("grpc-timeout", renderGrpcTimeout(durationMs));
  else if (managerMaxMs > 0) headers.remove("grpc-timeout");
  return durationMs;
}

function routeDuration(route: MaxStreamDuration, managerMaxMs: number, headers: HeaderMap): number | undefined {
  const asked = route.grpcMaxMs === undefined ? undefined : parseGrpcTimeout(headers.get("grpc-timeout"));
  if (asked === undefined || route.grpcMaxMs === undefined) {
    const maxMs = route.maxMs ?? managerMaxMs;
    return maxMs === 0 ? undefined : maxMs;
  }
  const capped = route.grpcMaxMs === 0 ? asked : Math.min(asked, route.grpcMaxMs);
  return Math.max(0, capped - route.grpcOffsetMs);
}
