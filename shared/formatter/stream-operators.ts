import { ok } from "../base/result.ts";
import { renderResponseFlags, renderResponseFlagsLong } from "../http/response-flags.ts";
import { type CompiledOperator, misused, type OperatorTable, plain } from "./operator-spec.ts";

/** Operators that read the stream info. Where Envoy prints 0 or nothing for what it does not know, so do they. */
export const STREAM_OPERATORS: OperatorTable = {
  PROTOCOL: plain(({ streamInfo }) => streamInfo.downstream.protocol),
  RESPONSE_CODE: plain(({ streamInfo }) => streamInfo.responseCode ?? 0),
  RESPONSE_CODE_DETAILS: { argument: "optional", length: false, compile: responseCodeDetails },
  // Only network filters end HTTP connections with details, and none of those here does.
  CONNECTION_TERMINATION_DETAILS: plain(() => undefined),
  RESPONSE_FLAGS: plain(({ streamInfo }) => renderResponseFlags(streamInfo.flagsInOrder)),
  RESPONSE_FLAGS_LONG: plain(({ streamInfo }) => renderResponseFlagsLong(streamInfo.flagsInOrder)),
  // Flags that extensions of Envoy add; there are none here.
  CUSTOM_FLAGS: plain(() => ""),
  BYTES_RECEIVED: plain(({ streamInfo }) => streamInfo.bytesReceived),
  BYTES_SENT: plain(({ streamInfo }) => streamInfo.bytesSent),
  // Envoy counts both for HTTP/3 only.
  BYTES_RETRANSMITTED: plain(() => 0),
  PACKETS_RETRANSMITTED: plain(() => 0),
  ROUTE_NAME: plain(({ streamInfo }) => streamInfo.routeName || undefined),
  VIRTUAL_CLUSTER_NAME: plain(({ streamInfo }) => streamInfo.virtualClusterName || undefined),
  CONNECTION_ID: plain(({ streamInfo }) => streamInfo.downstream.connectionId ?? 0),
  STREAM_ID: plain(({ requestHeaders }) => requestHeaders?.get("x-request-id")),
  TRACE_ID: plain(({ streamInfo }) => streamInfo.traceId),
  UNIQUE_ID: plain(({ streamInfo }) => streamInfo.newUuid()),
  LOCAL_REPLY_BODY: plain(({ localReplyBody }) => localReplyBody ?? ""),
  ACCESS_LOG_TYPE: plain(({ moment = "NotSet" }) => moment),
};

/** White space would split a log line, so it becomes `_` unless it is asked for. */
function responseCodeDetails(argument: string): CompiledOperator {
  if (argument === "ALLOW_WHITESPACES") return ok(({ streamInfo }) => streamInfo.responseCodeDetails);
  if (argument !== "")
    return misused(`expected ALLOW_WHITESPACES or nothing for RESPONSE_CODE_DETAILS, got ${argument}`);
  return ok(({ streamInfo }) => streamInfo.responseCodeDetails?.replace(/\s/g, "_"));
}
