import type { UpstreamFailure } from "../../shared/host/upstream-transport.ts";

// The one place that reads the platform's failures: what `fetch` throws, and what the platform answers in the upstream's place.

/**
 * A connection refused, a reset and an empty answer all surface as the same `Network connection lost` on a local workerd, so a
 * failed `fetch` counts as a connection that was terminated before the answer; a name that does not resolve surfaces as an
 * internal error and never had a connection.
 */
export function failureFromFetchError(error: unknown): UpstreamFailure {
  const words = wordsOf(error);
  return words.startsWith("internal error")
    ? neverConnected("the platform could not connect")
    : { ...FAILED, reason: "connection termination", transportReason: words, sent: "partial" };
}

/** A VPC service throws when, and only when, it cannot connect. */
export function failureFromVpcError(error: unknown): UpstreamFailure {
  return neverConnected(wordsOf(error));
}

/**
 * What an answer of the platform stands for, where it could not get one of the upstream; `undefined` for an answer that is the
 * upstream's own. The platform's is known by its status, its name and its ray; a server that imitates all three is believed.
 */
export function failureFromAnswer(status: number, headers: Pick<Headers, "get">): UpstreamFailure | undefined {
  if (status < 520 || status > 530) return undefined;
  if (headers.get("server") !== "cloudflare" || headers.get("cf-ray") === null) return undefined;
  return FAILURE_OF_STATUS.get(status)?.();
}

const FAILED = { kind: "failure", reusedConnection: false } as const;

const FAILURE_OF_STATUS: ReadonlyMap<number, () => UpstreamFailure> = new Map([
  [520, () => broken("520: the upstream's answer was empty, broken or cut off")],
  [521, () => neverConnected("521: the upstream refused the connection")],
  [522, connectTimedOut],
  [523, () => neverConnected("523: the upstream cannot be reached")],
  [524, answerTimedOut],
  [525, () => neverConnected("TLS_error: 525: the TLS handshake with the upstream failed")],
  [526, () => neverConnected("TLS_error: 526: the upstream's certificate is not valid")],
  [530, () => neverConnected("530: the upstream's name does not resolve")],
]);

function neverConnected(transportReason: string): UpstreamFailure {
  return { ...FAILED, reason: "remote connection failure", transportReason, sent: "nothing" };
}

function broken(transportReason: string): UpstreamFailure {
  return { ...FAILED, reason: "connection termination", transportReason, sent: "all" };
}

function connectTimedOut(): UpstreamFailure {
  const transportReason = "522: the connection to the upstream timed out";
  return { ...FAILED, reason: "connection timeout", transportReason, sent: "nothing" };
}

function answerTimedOut(): UpstreamFailure {
  const transportReason = "524: the platform gave up waiting for the answer";
  return { ...FAILED, reason: "remote reset", transportReason, sent: "all", timedOut: true };
}

function wordsOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
