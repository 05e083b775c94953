import type { HostMonitor } from "../../../host/host-monitor.ts";
import type { UpstreamFailure } from "../../../host/upstream-transport.ts";
import type { HeaderMap } from "../../../http/header-map.ts";

/** Lets outlier detection hear of an answer. What is wrong in trailers it does not hear. */
export function tellMonitor(monitor: HostMonitor, headers: HeaderMap, status: number): void {
  monitor.putLocalOrigin("connect success");
  monitor.putHttpResponseCode(httpStatus(headers) ?? status);
  if (headers.has("x-envoy-degraded")) monitor.putDegraded();
}

/** Of an attempt without an answer. What was sent in full had a connection, and it is the request that failed; as Envoy, in two steps. */
export function tellFailure(monitor: HostMonitor, { sent }: UpstreamFailure): void {
  if (sent === "all") monitor.putLocalOrigin("connect success");
  monitor.putLocalOrigin("connect failed");
}

/** Of a gRPC answer that is headers only: Envoy judges hosts by the HTTP status that a gRPC status stands for. */
function httpStatus(headers: HeaderMap): number | undefined {
  const grpcStatus = headers.get("grpc-status");
  return grpcStatus === undefined ? undefined : HTTP_STATUS_OF_GRPC[Number(grpcStatus)];
}

/** Source: Envoy `Grpc::Utility::grpcToHttpStatus`. */
const HTTP_STATUS_OF_GRPC: readonly number[] = [
  200, 499, 500, 400, 504, 404, 409, 403, 429, 400, 409, 400, 501, 500, 503, 500, 401,
];
