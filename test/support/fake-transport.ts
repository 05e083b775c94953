import type { MaybePromise } from "../../shared/base/maybe-promise.ts";
import type {
  Cancellation,
  UpstreamFailure,
  UpstreamOutcome,
  UpstreamRequest,
  UpstreamTarget,
  UpstreamTransport,
} from "../../shared/host/upstream-transport.ts";
import { BodyFailure, type BodyRead, type BodySource, END } from "../../shared/http/body-source.ts";
import { HeaderMap } from "../../shared/http/header-map.ts";
import type { ResetReason } from "../../shared/http/reset-reason.ts";

export interface ReceivedRequest {
  readonly target: UpstreamTarget;
  /** As they were when the request came. */
  readonly headers: HeaderMap;
  readonly body: BodySource | undefined;
}

/**
 * An upstream that does what the request's headers say, so that most tests need none of their own:
 *
 * - `x-fake-status`, `x-fake-body`: the answer; 200 and no body unless said. `x-fake-header-NAME` becomes a header of it.
 * - `x-fake-async`: answers by a promise that `settle` resolves, else at once.
 * - `x-fake-fail: REASON`, with `x-fake-sent` and `x-fake-transport-reason`: fails before the answer.
 * - `x-fake-break: REASON`: the body breaks off at its end.
 * - `x-fake-hang`: the body does not end before it is cancelled.
 * - `x-fake-upgrade`: agrees to switch protocols.
 *
 * A request that is cancelled fails with the reason of the cancellation.
 */
export class FakeUpstreamTransport implements UpstreamTransport {
  readonly requests: ReceivedRequest[] = [];
  /** Reasons for which attempts were given up. */
  readonly cancellations: ResetReason[] = [];
  readonly #waiting: (() => void)[] = [];

  exchange(
    target: UpstreamTarget,
    { headers, body }: UpstreamRequest,
    cancellation: Cancellation,
  ): MaybePromise<UpstreamOutcome> {
    this.requests.push({ target, headers: headers.clone(), body });
    const outcome = outcomeFor(headers);
    const isAsync = headers.has("x-fake-async");
    const { promise, resolve } = Promise.withResolvers<UpstreamOutcome>();
    const sent = sentOf(headers);
    cancellation.onCancel((reason) => {
      this.cancellations.push(reason);
      if (outcome.kind === "response") outcome.body?.cancel(reason);
      resolve({ kind: "failure", reason, sent, reusedConnection: false });
    });
    if (!isAsync) return outcome;
    this.#waiting.push(() => resolve(outcome));
    return promise;
  }

  /** Lets all asynchronous answers come, and gives them time to arrive. */
  async settle(): Promise<void> {
    for (const answer of this.#waiting.splice(0)) answer();
    await this.idle();
  }

  /** Lets what was resolved arrive. */
  async idle(): Promise<void> {
    for (let turn = 0; turn < 5; turn += 1) await Promise.resolve();
  }
}

function outcomeFor(headers: HeaderMap): UpstreamOutcome {
  const reason = headers.get("x-fake-fail");
  if (reason !== undefined) return failureFor(headers, reason as ResetReason); // tests write reasons only
  const answer = HeaderMap.from([[":status", headers.get("x-fake-status") ?? "200"]]);
  headers.forEach((name, value) => {
    if (name.startsWith("x-fake-header-")) answer.add(name.slice("x-fake-header-".length), value);
  });
  if (headers.has("x-fake-upgrade"))
    return { kind: "upgraded", headers: answer, connection: "the upgraded connection" };
  return { kind: "response", headers: answer, body: bodyFor(headers) };
}

function failureFor(headers: HeaderMap, reason: ResetReason): UpstreamFailure {
  const transportReason = headers.get("x-fake-transport-reason");
  return {
    kind: "failure",
    reason,
    sent: sentOf(headers),
    reusedConnection: false,
    ...(transportReason !== undefined && { transportReason }),
  };
}

function sentOf(headers: HeaderMap): UpstreamFailure["sent"] {
  const sent = headers.get("x-fake-sent");
  return sent === "nothing" || sent === "partial" ? sent : "all";
}

function bodyFor(headers: HeaderMap): BodySource | undefined {
  const text = headers.get("x-fake-body");
  const broken = headers.get("x-fake-break");
  if (text === undefined && broken === undefined && !headers.has("x-fake-hang")) return undefined;
  const end = broken === undefined ? END : new BodyFailure(broken as ResetReason); // tests write reasons only
  return new ScriptedBody(text ?? "", headers.has("x-fake-hang") ? "hang" : end);
}

/** One chunk, then an end, a failure, or nothing until it is cancelled. */
export class ScriptedBody implements BodySource {
  cancelledFor: ResetReason | undefined;
  readonly #end: typeof END | BodyFailure | "hang";
  #chunk: Uint8Array | undefined;
  #pending: ((read: BodyRead) => void) | undefined;

  constructor(text: string, end: typeof END | BodyFailure | "hang" = END) {
    this.#chunk = text === "" ? undefined : new TextEncoder().encode(text);
    this.#end = end;
  }

  read(): MaybePromise<BodyRead> {
    if (this.cancelledFor !== undefined) return new BodyFailure(this.cancelledFor);
    const chunk = this.#chunk;
    this.#chunk = undefined;
    if (chunk !== undefined) return chunk;
    if (this.#end !== "hang") return this.#end;
    return new Promise((resolve) => {
      this.#pending = resolve;
    });
  }

  trailers(): HeaderMap | undefined {
    return undefined;
  }

  cancel(reason: ResetReason): void {
    this.cancelledFor ??= reason;
    this.#pending?.(new BodyFailure(this.cancelledFor));
    this.#pending = undefined;
  }

  unwrap(): undefined {
    return undefined;
  }
}
