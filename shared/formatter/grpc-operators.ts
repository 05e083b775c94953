import { ok } from "../base/result.ts";
import { GRPC_STATUS_NAMES } from "../http/grpc-status.ts";
import { grpcStatusFromHttp, isGrpcRequest } from "../http/local-reply-encoding.ts";
import type { FormatContext } from "./format-context.ts";
import { type CompiledOperator, misused, type OperatorTable, plain } from "./operator-spec.ts";

/** Operators that print how a gRPC call ended; missing for other requests. */
export const GRPC_OPERATORS: OperatorTable = {
  GRPC_STATUS: { argument: "optional", length: false, compile: compileStatus },
  GRPC_STATUS_NUMBER: plain(grpcStatusOf),
};

function compileStatus(argument: string): CompiledOperator {
  switch (argument) {
    case "NUMBER":
      return ok(grpcStatusOf);
    case "":
    case "CAMEL_STRING":
      return ok((context) => nameOf(context, camelCase));
    case "SNAKE_STRING":
      return ok((context) => nameOf(context, (name) => name));
    default:
      return misused("GrpcStatusFormatter only supports CAMEL_STRING, SNAKE_STRING or NUMBER.");
  }
}

/** Trailers say it, else headers, else the HTTP status stands for it. Source: Envoy `Grpc::Common::getGrpcStatus`. */
function grpcStatusOf({
  requestHeaders,
  responseHeaders,
  responseTrailers,
  streamInfo,
}: FormatContext): number | undefined {
  if (requestHeaders === undefined || !isGrpcRequest(requestHeaders)) return undefined;
  const said = responseTrailers?.get("grpc-status") ?? responseHeaders?.get("grpc-status");
  if (said !== undefined && said !== "") return /^\d+$/.test(said) ? Number(said) : -1;
  return streamInfo.responseCode && grpcStatusFromHttp(streamInfo.responseCode);
}

/** A number without a name prints as the number. */
function nameOf(context: FormatContext, form: (name: string) => string): string | undefined {
  const status = grpcStatusOf(context);
  if (status === undefined) return undefined;
  const name = GRPC_STATUS_NAMES[status];
  return name === undefined ? String(status) : form(name);
}

/** `NOT_FOUND` as `NotFound`. Envoy writes `OK` as it is, and `CANCELLED` with one l. */
function camelCase(name: string): string {
  if (name === "OK") return name;
  if (name === "CANCELLED") return "Canceled";
  return name.toLowerCase().replace(/(?:^|_)([a-z])/g, (_, letter: string) => letter.toUpperCase());
}
