import type { MaybePromise } from "../../shared/base/maybe-promise.ts";
import type {
  Cancellation,
  UpstreamFailure,
  UpstreamOutcome,
  UpstreamRequest,
  UpstreamTarget,
  UpstreamTransport,
} from "../../shared/host/upstream-transport.ts";
import type { BodySource } from "../../shared/http/body-source.ts";
import { HeaderMap } from "../../shared/http/header-map.ts";
import type { ResetReason } from "../../shared/http/reset-reason.ts";

/** What an attempt comes to. */
export type Outcome =
  | { readonly status: number; readonly headers?: Readonly<Record<string, string>>; readonly body?: BodySource }
  | { readonly fail: ResetReason; readonly sent?: UpstreamFailure["sent"] }
  /** Nothing, until the test says so with {@link ScriptedAttempt.settle}, or the attempt is given up. */
  | "stalls";

/** Says what becomes of the n-th attempt, counted from 0, and how many chunks of its body are read before; all unless said. */
export type Script = (
  attempt: number,
  target: UpstreamTarget,
) => Outcome | readonly [Outcome, { readonly reads: number }];

/** One attempt as the upstream saw it. */
export class ScriptedAttempt {
  readonly target: UpstreamTarget;
  /** As they were when the attempt began. */
  readonly headers: HeaderMap;
  /** What came of the request body so far. */
  readonly received: number[] = [];
  /** How the request body ended. */
  bodyEnd: "none" | "open" | "complete" | ResetReason = "none";
  cancelled: ResetReason | undefined;
  #resolve: ((outcome: UpstreamOutcome) => void) | undefined;
  #isSettled = false;

  constructor(target: UpstreamTarget, headers: HeaderMap) {
    this.target = target;
    this.headers = headers.clone();
  }

  /** Whether its outcome is still awaited. */
  get isOpen(): boolean {
    return !this.#isSettled;
  }

  /** Lets the outcome come; only the first one counts. */
  settle(outcome: Exclude<Outcome, "stalls">): UpstreamOutcome {
    this.#isSettled = true;
    const settled = "fail" in outcome ? failed(outcome.fail, outcome.sent) : answered(outcome);
    this.#resolve?.(settled);
    return settled;
  }

  /** For the upstream: an outcome that comes later. */
  later(): Promise<UpstreamOutcome> {
    return new Promise((resolve) => {
      this.#resolve = resolve;
    });
  }

  /** For the upstream: reads up to `chunks` of the request body. */
  async read(body: BodySource | undefined, chunks: number): Promise<void> {
    if (body === undefined) return;
    this.bodyEnd = "open";
    for (let count = 0; count < chunks; count += 1) {
      const read = await body.read();
      if (!(read instanceof Uint8Array)) {
        this.bodyEnd = typeof read === "symbol" ? "complete" : read.reason;
        return;
      }
      this.received.push(...read);
    }
  }
}

/** An upstream whose attempts go as a script says. Without request bodies everything but `stalls` happens at once. */
export class ScriptedUpstream implements UpstreamTransport {
  readonly attempts: ScriptedAttempt[] = [];
  readonly #script: Script;

  constructor(script: Script | readonly Outcome[]) {
    this.#script = typeof script === "function" ? script : (attempt) => script[attempt] ?? { status: 200 };
  }

  exchange(
    target: UpstreamTarget,
    { headers, body }: UpstreamRequest,
    cancellation: Cancellation,
  ): MaybePromise<UpstreamOutcome> {
    const attempt = new ScriptedAttempt(target, headers);
    this.attempts.push(attempt);
    const [outcome, { reads }] = withReads(this.#script(this.attempts.length - 1, target));
    cancellation.onCancel((reason) => {
      attempt.cancelled = reason;
      body?.cancel(reason);
      if (attempt.isOpen) attempt.settle({ fail: reason });
    });
    if (body === undefined && outcome !== "stalls") return attempt.settle(outcome);
    const later = attempt.later();
    void attempt.read(body, reads).then(() => {
      if (outcome !== "stalls" && attempt.isOpen) attempt.settle(outcome);
    });
    return later;
  }

  /** The addresses that attempts went to, in order. */
  get hosts(): readonly string[] {
    return this.attempts.map(({ target }) => target.host.address);
  }
}

/** Lets what was resolved arrive. */
export async function idle(): Promise<void> {
  for (let turn = 0; turn < 50; turn += 1) await Promise.resolve();
}

function withReads(scripted: ReturnType<Script>): readonly [Outcome, { readonly reads: number }] {
  return isPair(scripted) ? scripted : [scripted, { reads: Number.POSITIVE_INFINITY }];
}

function isPair(scripted: ReturnType<Script>): scripted is readonly [Outcome, { readonly reads: number }] {
  return Array.isArray(scripted);
}

function answered({ status, headers = {}, body }: Extract<Outcome, { readonly status: number }>): UpstreamOutcome {
  const head = HeaderMap.from(Object.entries({ ":status": String(status), ...headers }));
  return { kind: "response", headers: head, body };
}

function failed(reason: ResetReason, sent: UpstreamFailure["sent"] = "all"): UpstreamFailure {
  return { kind: "failure", reason, sent, reusedConnection: false };
}
