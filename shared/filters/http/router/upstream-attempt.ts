import { isPromise } from "../../../base/maybe-promise.ts";
import type { UpstreamHost } from "../../../host/upstream-host.ts";
import type {
  Cancellation,
  UpstreamFailure,
  UpstreamOutcome,
  UpstreamRequest,
  UpstreamTransport,
} from "../../../host/upstream-transport.ts";
import { BodyFailure, type BodySource } from "../../../http/body-source.ts";
import type { HeaderMap } from "../../../http/header-map.ts";
import type { ResetReason } from "../../../http/reset-reason.ts";
import type { RequestScope } from "../../../host/request-scope.ts";
import type { Counter } from "../../../stats/stats-scope.ts";
import type { RoutingPriority } from "../../../schema/envoy-types.ts";
import type { AttemptTimers } from "./attempt-timers.ts";
import type { Cluster } from "../../../upstream/cluster.ts";
import { type BodyEnd, ObservedBody } from "./observed-body.ts";

/** Who made an attempt. It hears of one of the first three, then, after an answer with a body, of the end of that. */
export interface AttemptOwner {
  onAnswer(attempt: UpstreamAttempt, headers: HeaderMap, body: BodySource | undefined): void;
  onUpgraded(attempt: UpstreamAttempt, headers: HeaderMap, connection: unknown): void;
  onFailure(attempt: UpstreamAttempt, failure: UpstreamFailure): void;
  onAnswerEnd(attempt: UpstreamAttempt, end: BodyEnd): void;
}

export interface AttemptOptions {
  readonly cluster: Cluster;
  readonly host: UpstreamHost;
  readonly transport: UpstreamTransport;
  readonly request: UpstreamRequest;
  readonly owner: AttemptOwner;
  readonly priority: RoutingPriority;
  /** Counts requests that a connection has taken, beside the cluster. */
  readonly total?: Counter | undefined;
  /** What the host grants to the client's request; absent where it grants anything. */
  readonly scope?: RequestScope | undefined;
}

/** What an attempt has reached. */
type State = "waiting" | "answering" | "over" | "cancelled";

/**
 * One request to one host: sends it, counts it, and can be given up. What an attempt means for the client is its owner's to decide,
 * who may make several.
 */
export class UpstreamAttempt implements Cancellation {
  readonly host: UpstreamHost;
  /** Its limits in time, where it has any. */
  timers: AttemptTimers | undefined;
  /** It was slow, and another attempt runs beside it: it is not made again. */
  isHedged = false;
  /** Outlier detection has heard that it is too slow. */
  isKnownSlow = false;
  readonly #options: AttemptOptions;
  #state: State = "waiting";
  #cancelled: ResetReason | undefined;
  #onCancel: ((reason: ResetReason) => void)[] = [];

  constructor(options: AttemptOptions) {
    this.#options = options;
    this.host = options.host;
  }

  get cancelled(): ResetReason | undefined {
    return this.#cancelled;
  }

  onCancel(callback: (reason: ResetReason) => void): void {
    if (this.#cancelled === undefined) this.#onCancel.push(callback);
    else callback(this.#cancelled);
  }

  /** Whether an answer may still come. */
  get isWaiting(): boolean {
    return this.#state === "waiting";
  }

  /** Whether everything is said: no answer, and no more of one, will come. */
  get isOver(): boolean {
    return this.#state === "over" || this.#state === "cancelled";
  }

  /** Sends the request, once. The owner may be called before this returns. */
  start(): void {
    const { cluster, host, transport, request, priority, scope } = this.#options;
    scope?.beginExchange();
    cluster.stats.rqActive.inc();
    host.counters.rqActive += 1;
    cluster.resources(priority).requests.inc();
    const { name: clusterName, connectTimeoutMs, tls } = cluster.info;
    const target = { clusterName, host, connectTimeoutMs, tls };
    const outcome = transport.exchange(target, request, this);
    if (!isPromise(outcome)) return this.#onOutcome(outcome);
    outcome.then(
      (settled) => this.#onOutcome(settled),
      // A transport that rejects breaks its contract; the request then counts as sent, so that nobody sends it again.
      () => this.#onOutcome({ kind: "failure", reason: "local reset", sent: "all", reusedConnection: false }),
    );
  }

  /** Gives up. The owner hears nothing more. After the end it does nothing. */
  cancel(reason: ResetReason): void {
    if (this.isOver) return;
    this.timers?.stop();
    const wasAnswering = this.#state === "answering";
    this.#state = "cancelled";
    this.#cancelled = reason;
    this.#release();
    if (wasAnswering) this.#options.cluster.stats.rqTxReset.inc();
    const callbacks = this.#onCancel;
    this.#onCancel = [];
    for (const callback of callbacks) callback(reason);
  }

  #onOutcome(outcome: UpstreamOutcome): void {
    this.#options.scope?.endExchange();
    this.#count(outcome);
    if (this.#state === "cancelled") return this.#drop(outcome);
    switch (outcome.kind) {
      case "response":
        return this.#onResponse(outcome.headers, outcome.body);
      case "upgraded":
        this.#finish();
        return this.#options.owner.onUpgraded(this, outcome.headers, outcome.connection);
      case "failure":
        this.#finish();
        return this.#options.owner.onFailure(this, outcome);
    }
  }

  #onResponse(headers: HeaderMap, body: BodySource | undefined): void {
    const { owner, request } = this.#options;
    if (body === undefined || !mayHaveBody(request.headers, headers)) {
      body?.cancel("local reset");
      this.#finish();
      return owner.onAnswer(this, headers, undefined);
    }
    this.#state = "answering";
    const onEnd = (end: BodyEnd): void => this.#onBodyEnd(end);
    const observed = new ObservedBody(body, onEnd, this.timers && (() => this.timers?.onActivity()));
    return owner.onAnswer(this, headers, observed);
  }

  #onBodyEnd(end: BodyEnd): void {
    if (this.#state !== "answering") return;
    if (end === "cancelled") return this.cancel("local reset");
    this.#finish();
    if (end instanceof BodyFailure) this.#countReset(end.reason);
    return this.#options.owner.onAnswerEnd(this, end);
  }

  /** An answer that comes after the attempt was given up is of no use. Transports do not switch protocols then. */
  #drop(outcome: UpstreamOutcome): void {
    if (outcome.kind === "response") outcome.body?.cancel(this.#cancelled ?? "local reset");
  }

  /** As in Envoy, a request counts once a connection has taken it. */
  #count(outcome: UpstreamOutcome): void {
    const { cluster, host, total } = this.#options;
    if (outcome.kind === "failure" && outcome.sent === "nothing") {
      if (this.#state === "cancelled") cluster.stats.rqCancelled.inc();
      return;
    }
    cluster.stats.rqTotal.inc();
    total?.inc();
    host.counters.rqTotal += 1;
    if (this.#state === "cancelled") cluster.stats.rqTxReset.inc();
    else if (outcome.kind === "failure") this.#countReset(outcome.reason);
  }

  #countReset(reason: ResetReason): void {
    const { rqRxReset, rqTxReset } = this.#options.cluster.stats;
    if (reason === "remote reset") rqRxReset.inc();
    if (reason === "local reset" || reason === "protocol error") rqTxReset.inc();
  }

  #finish(): void {
    this.timers?.stop();
    this.#state = "over";
    this.#onCancel = [];
    this.#release();
  }

  #release(): void {
    const { cluster, host, priority } = this.#options;
    cluster.stats.rqActive.dec();
    host.counters.rqActive -= 1;
    cluster.resources(priority).requests.dec();
  }
}

/** RFC 9110 sections 6.4.1 and 9.3.2. What a transport hands over all the same is nothing. */
function mayHaveBody(request: HeaderMap, answer: HeaderMap): boolean {
  const status = answer.get(":status");
  return request.get(":method") !== "HEAD" && status !== "204" && status !== "304";
}
