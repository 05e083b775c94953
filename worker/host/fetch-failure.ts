import type { UpstreamFailure } from "../../shared/host/upstream-transport.ts";

/**
 * The one place that reads the platform's errors. A connection refused, a reset and an empty answer all surface as the same
 * `Network connection lost`, so a failed `fetch` counts as a connection that was terminated before the answer; a name that
 * does not resolve surfaces as an internal error and never had a connection.
 */
export function failureFromFetchError(error: unknown): UpstreamFailure {
  const words = error instanceof Error ? error.message : String(error);
  const internal = words.startsWith("internal error");
  return {
    kind: "failure",
    reason: internal ? "remote connection failure" : "connection termination",
    transportReason: internal ? "the platform could not connect" : words,
    sent: internal ? "nothing" : "partial",
    reusedConnection: false,
  };
}
