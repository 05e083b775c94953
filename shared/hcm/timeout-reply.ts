import type { LocalReply } from "../http/local-reply.ts";
import { DETAILS } from "../http/response-code-details.ts";
import type { Expiry } from "./stream-deadlines.ts";

/** gRPC `DEADLINE_EXCEEDED`. */
const GRPC_DEADLINE_EXCEEDED = 4;

/**
 * The answer to a stream that ran out of time: 408 where the client has not yet sent all of its request, or else 504. Source:
 * Envoy `ConnectionManagerImpl::ActiveStream`, `Utility::maybeRequestTimeoutCode`.
 */
export function replyToExpiry(expiry: Expiry, requestReceived: boolean): LocalReply {
  const status = requestReceived ? 504 : 408;
  switch (expiry) {
    case "idle":
      return { status, body: "stream timeout", details: DETAILS.streamIdleTimeout, flag: "StreamIdleTimeout" };
    case "request":
      return { status: 408, body: "request timeout", details: DETAILS.requestOverallTimeout };
    case "duration":
      return {
        status,
        body: "downstream duration timeout",
        details: DETAILS.maxDurationTimeout,
        grpcStatus: GRPC_DEADLINE_EXCEEDED,
      };
  }
}
