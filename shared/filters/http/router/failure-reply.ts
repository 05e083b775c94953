import type { UpstreamFailure } from "../../../host/upstream-transport.ts";
import type { LocalReply } from "../../../http/local-reply.ts";
import type { ResetReason } from "../../../http/reset-reason.ts";
import { DETAILS } from "../../../http/response-code-details.ts";
import type { ResponseFlag } from "../../../http/response-flags.ts";

/** Which response flag an upstream stream that ended before its time leaves. Source: Envoy `streamResetReasonToResponseFlag`. */
export const FLAG_OF_RESET: Readonly<Record<ResetReason, ResponseFlag>> = {
  "local reset": "LocalReset",
  "local refused stream reset": "LocalReset",
  "local connection failure": "UpstreamConnectionFailure",
  "remote reset": "UpstreamRemoteReset",
  "remote refused stream reset": "UpstreamRemoteReset",
  "remote connection failure": "UpstreamConnectionFailure",
  "connection termination": "UpstreamConnectionTermination",
  "connection timeout": "UpstreamConnectionFailure",
  overflow: "UpstreamOverflow",
  "protocol error": "UpstreamProtocolError",
};

/**
 * The answer to a request whose upstream failed before it answered. What the transport says goes into the log only and not to the
 * client, as in Envoy 1.39. Source: Envoy `Router::Filter::onUpstreamReset`.
 */
export function replyToFailure(
  failure: UpstreamFailure,
  { suppressEnvoyHeaders, wasRetried }: { readonly suppressEnvoyHeaders: boolean; readonly wasRetried: boolean },
): LocalReply {
  const { reason, transportReason = "" } = failure;
  const retried = wasRetried ? "retried and the latest " : "";
  const isOverload = reason === "overflow" && !suppressEnvoyHeaders;
  return {
    status: reason === "protocol error" ? 502 : 503,
    body: `upstream connect error or disconnect/reset before headers. ${retried}reset reason: ${reason}`,
    details: DETAILS.upstreamResetBeforeResponse(transportReason === "" ? reason : `${reason}|${transportReason}`),
    flag: FLAG_OF_RESET[reason],
    ...(isOverload && { modifyHeaders: (headers) => headers.set("x-envoy-overloaded", "true") }),
  };
}
