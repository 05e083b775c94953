import { GRPC_STATUS_NAMES } from "../http/grpc-status.ts";
import { grpcStatusFromHttp } from "../http/local-reply-encoding.ts";
import type { GrpcStatusFilter, GrpcStatusFilterStatus } from "../schema/envoy-types.ts";
import type { LogEntry, LogFilter } from "./log-entry.ts";

const UNKNOWN = 2;

/** Compiles an `envoy.config.accesslog.v3.GrpcStatusFilter`: the call's status is one of them, or with `exclude` none of them. */
export function compileGrpcStatusFilter({ statuses = [], exclude = false }: GrpcStatusFilter): LogFilter {
  const wanted = new Set(statuses.map(numberOf));
  return (entry) => wanted.has(grpcStatusOf(entry)) !== exclude;
}

/** Envoy's API writes `CANCELED` with one l. */
function numberOf(name: GrpcStatusFilterStatus): number {
  return GRPC_STATUS_NAMES.indexOf(name === "CANCELED" ? "CANCELLED" : name);
}

/** Any answer has a status for this purpose, gRPC or not. */
function grpcStatusOf({ responseTrailers, responseHeaders, streamInfo }: LogEntry): number {
  const said = responseTrailers?.get("grpc-status") ?? responseHeaders?.get("grpc-status");
  if (said !== undefined) return /^\d+$/.test(said) ? Number(said) : UNKNOWN;
  return streamInfo.responseCode === undefined ? UNKNOWN : grpcStatusFromHttp(streamInfo.responseCode);
}
