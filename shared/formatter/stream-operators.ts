import { ok } from "../base/result.ts";
import { renderResponseFlags, renderResponseFlagsLong } from "../http/response-flags.ts";
import type { FormatOperator } from "./format-context.ts";
import { type CompiledOperator, misused, type OperatorSpec, type OperatorTable } from "./operator-spec.ts";

/** An operator that is a name and nothing else. */
function plain(read: FormatOperator): OperatorSpec {
  return { argument: "none", length: false, compile: () => ok(read) };
}

/** Operators that read the stream info. */
export const STREAM_OPERATORS: OperatorTable = {
  PROTOCOL: plain(({ streamInfo }) => streamInfo.downstream.protocol),
  RESPONSE_CODE: plain(({ streamInfo }) => streamInfo.responseCode ?? 0),
  RESPONSE_CODE_DETAILS: { argument: "optional", length: false, compile: responseCodeDetails },
  RESPONSE_FLAGS: plain(({ streamInfo }) => renderResponseFlags(streamInfo.responseFlags)),
  RESPONSE_FLAGS_LONG: plain(({ streamInfo }) => renderResponseFlagsLong(streamInfo.responseFlags)),
  BYTES_RECEIVED: plain(({ streamInfo }) => streamInfo.bytesReceived),
  BYTES_SENT: plain(({ streamInfo }) => streamInfo.bytesSent),
  DURATION: plain(({ streamInfo }) => streamInfo.elapsedMs),
  ROUTE_NAME: plain(({ streamInfo }) => streamInfo.routeName || undefined),
  UPSTREAM_CLUSTER: plain(({ streamInfo }) => streamInfo.upstreamCluster),
  UPSTREAM_CLUSTER_RAW: plain(({ streamInfo }) => streamInfo.upstreamCluster),
  UPSTREAM_HOST: plain(({ streamInfo }) => streamInfo.upstreamHost),
  UPSTREAM_REQUEST_ATTEMPT_COUNT: plain(({ streamInfo }) => streamInfo.attemptCount),
  CONNECTION_ID: plain(({ streamInfo }) => streamInfo.downstream.connectionId ?? 0),
  LOCAL_REPLY_BODY: plain(({ localReplyBody }) => localReplyBody),
};

/** White space would split a log line, so it becomes `_` unless it is asked for. */
function responseCodeDetails(argument: string): CompiledOperator {
  if (argument === "ALLOW_WHITESPACES") return ok(({ streamInfo }) => streamInfo.responseCodeDetails);
  if (argument !== "")
    return misused(`expected ALLOW_WHITESPACES or nothing for RESPONSE_CODE_DETAILS, got ${argument}`);
  return ok(({ streamInfo }) => streamInfo.responseCodeDetails?.replace(/\s/g, "_"));
}
