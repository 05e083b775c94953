import { isPromise } from "../../../base/maybe-promise.ts";
import type { Cancel } from "../../../host/timers.ts";
import type { UpstreamHost } from "../../../host/upstream-host.ts";
import type { UpstreamFailure } from "../../../host/upstream-transport.ts";
import { BodyFailure, type BodySource } from "../../../http/body-source.ts";
import type { HeaderMap } from "../../../http/header-map.ts";
import { removeHopByHop } from "../../../http/hop-by-hop.ts";
import { DETAILS } from "../../../http/response-code-details.ts";
import type { TerminalFilterCallbacks } from "../../../http-filter/http-filter.ts";
import { type AttemptExpiry, AttemptTimers, timerSlackMs } from "./attempt-timers.ts";
import { ExchangeRecorder } from "./exchange-recorder.ts";
import { ExchangeReplies } from "./exchange-replies.ts";
import { FLAG_OF_RESET } from "./failure-reply.ts";
import { finalizeRequest, rewriteHostFor } from "./finalize-request.ts";
import type { ForwardedRequest } from "./forwarded-request.ts";
import { type GrpcOutcome, peekGrpcOutcome } from "./grpc-outcome.ts";
import { startMirrors } from "./mirror.ts";
import type { BodyEnd } from "./observed-body.ts";
import { bodyForMany, bodyForOne, NO_BODY, type RequestBody } from "./request-body.ts";
import { tellExpectedTimeout } from "./request-timeout.ts";
import type { RetryVerdict } from "./retry-state.ts";
import type { RouterEnvironment } from "./router-environment.ts";
import { tellFailure, tellMonitor } from "./tell-monitor.ts";
import { type AttemptOwner, UpstreamAttempt } from "./upstream-attempt.ts";

/** A body is kept for other attempts up to this where neither route nor connection say. */
const DEFAULT_BODY_LIMIT_BYTES = 1024 * 1024;

/**
 * One request and its answer: the attempts that are made for it, one after the other or side by side, their limits in time, and
 * which of their answers the client gets. Source: the upstream half of Envoy `Router::Filter`.
 */
export class UpstreamExchange implements AttemptOwner {
  readonly #request: ForwardedRequest;
  readonly #environment: RouterEnvironment;
  readonly #callbacks: TerminalFilterCallbacks;
  readonly #replies: ExchangeReplies;
  readonly #recorder: ExchangeRecorder;
  /** Attempts whose answer is looked into before it is judged, with the end of those that came to it. */
  readonly #peeked = new Map<UpstreamAttempt, BodyEnd | undefined>();
  #body: RequestBody = NO_BODY;
  /** Under way, the newest last. */
  #attempts: UpstreamAttempt[] = [];
  #pendingRetries = 0;
  #attemptsMade = 0;
  #requestCompleteMs: number | undefined;
  #cancelTimeout: Cancel | undefined;
  /** The client has, or is about to have, an answer. */
  #hasAnswered = false;

  constructor(request: ForwardedRequest, environment: RouterEnvironment, callbacks: TerminalFilterCallbacks) {
    this.#request = request;
    this.#environment = environment;
    this.#callbacks = callbacks;
    this.#recorder = new ExchangeRecorder(request, environment);
    this.#replies = new ExchangeReplies(request, environment, callbacks, this.#recorder);
  }

  start(source: BodySource | undefined): void {
    const host = this.#pick();
    if (host === undefined) return this.#replies.noHost();
    if (!this.#hasCapacity()) return this.#replies.overflow();
    const { headers, route } = this.#request;
    const keepOriginals = !this.#environment.settings.suppressEnvoyHeaders;
    finalizeRequest(headers, { route, info: this.#callbacks.streamInfo, keepOriginals });
    if (route.policies.attemptCountInRequest) headers.set("x-envoy-attempt-count", "1");
    if (source === undefined) this.#requestCompleteMs = this.#callbacks.clock.monotonicMs();
    else this.#body = this.#bodyOf(source);
    // Before the transport, which may be done with it all at once.
    if (source === undefined) this.#armTimeout();
    this.#attempt(host);
    if (route.policies.mirrors.length > 0) this.#mirror();
  }

  /** The client is gone, or has its answer. */
  cancel(): void {
    this.#endTimeout();
    this.#request.retry?.cancel();
    for (const attempt of this.#takeAttempts()) attempt.cancel("local reset");
    this.#body.cancel("local reset");
  }

  onAnswer(attempt: UpstreamAttempt, headers: HeaderMap, body: BodySource | undefined): void {
    const { retry } = this.#request;
    attempt.timers?.onActivity();
    if (retry === undefined || attempt.isHedged || body === undefined || !retry.retriesGrpc) {
      return this.#onHead(attempt, headers, body);
    }
    this.#peeked.set(attempt, undefined);
    const peeked = peekGrpcOutcome(headers, body);
    if (!isPromise(peeked)) return this.#onPeeked(attempt, headers, peeked);
    void peeked.then((seen) => this.#onPeeked(attempt, headers, seen));
  }

  onUpgraded(attempt: UpstreamAttempt, headers: HeaderMap, connection: unknown): void {
    removeHopByHop(headers, { keepUpgrade: true });
    this.#settleOn(attempt);
    this.#recorder.answered(attempt, headers, this.#elapsedMs(), this.#callbacks.streamInfo);
    this.#finalizeAnswer(headers);
    this.#endTimeout();
    this.#callbacks.upgrade(headers, connection);
  }

  onFailure(attempt: UpstreamAttempt, failure: UpstreamFailure): void {
    this.#remove(attempt);
    const info = this.#callbacks.streamInfo;
    attempt.host.counters.rqError += 1;
    // A circuit breaker says nothing of the host.
    if (failure.reason !== "overflow") tellFailure(attempt.host.monitor, failure);
    if (failure.sent !== "nothing") info.addAttemptedHost(attempt.host);
    info.upstreamTransportFailure = failure.transportReason;
    if (this.#retriesAfter(attempt, failure)) return;
    // Another attempt may still bring an answer.
    if (this.#othersMayAnswer()) return;
    this.#endTimeout();
    if (failure.timedOut === true) {
      this.#recorder.code(this.#request.timeouts.status);
      this.#replies.timeout("response_timeout");
    } else this.#replies.failure(failure, this.#attemptsMade > 1);
  }

  onAnswerEnd(attempt: UpstreamAttempt, end: BodyEnd): void {
    if (this.#peeked.has(attempt)) return void this.#peeked.set(attempt, end);
    this.#remove(attempt);
    this.#endTimeout();
    const info = this.#callbacks.streamInfo;
    info.mark("US_RX_END");
    if (!(end instanceof BodyFailure)) return this.#recorder.completed(this.#elapsedMs());
    this.#recorder.lateReset(attempt);
    info.setFlag(FLAG_OF_RESET[end.reason]);
    info.responseCodeDetails = DETAILS.upstreamResetAfterResponse(end.reason);
  }

  #onPeeked(attempt: UpstreamAttempt, headers: HeaderMap, { body, outcome }: GrpcOutcome): void {
    const end = this.#peeked.get(attempt);
    this.#peeked.delete(attempt);
    // Nobody waits for it any more.
    if (!this.#attempts.includes(attempt)) return body.cancel("local reset");
    this.#onHead(attempt, headers, body, outcome);
    if (end !== undefined && this.#attempts.includes(attempt)) this.onAnswerEnd(attempt, end);
  }

  /** `outcome` is the head with what gRPC trailers say that came before any data. */
  #onHead(attempt: UpstreamAttempt, headers: HeaderMap, body: BodySource | undefined, outcome = headers): void {
    const status = Number(headers.get(":status"));
    tellMonitor(attempt.host.monitor, headers, status);
    this.#callbacks.streamInfo.addAttemptedHost(attempt.host);
    if (this.#request.retry !== undefined && this.#isSpent(attempt, outcome, status)) {
      body?.cancel("local reset");
      attempt.cancel("local reset");
      this.#remove(attempt);
      attempt.host.counters.rqError += 1;
      return;
    }
    this.#answer(attempt, headers, body);
  }

  /** Whether an answer is of no use: because another attempt is made for it, or is under way and may bring a better one. */
  #isSpent(attempt: UpstreamAttempt, headers: HeaderMap, status: number): boolean {
    const { retry } = this.#request;
    if (retry === undefined) return false;
    if (attempt.isHedged) return retry.wantsRetry(headers) && this.#othersMayAnswer(attempt);
    const verdict = this.#body.canOpen ? retry.onHeaders(headers, () => this.#retry()) : "no";
    if (verdict === "no") return false;
    if (this.#takes(verdict)) {
      this.#recorder.retried(status);
      return true;
    }
    return this.#othersMayAnswer(attempt);
  }

  #retriesAfter(attempt: UpstreamAttempt, failure: UpstreamFailure): boolean {
    const { retry } = this.#request;
    if (retry === undefined || this.#hasAnswered || attempt.isHedged || !this.#body.canOpen) return false;
    return this.#takes(retry.onFailure(failure, () => this.#retry(failure.timedOut)));
  }

  /** Notes why there is no other attempt; true if there is one. */
  #takes(verdict: RetryVerdict): boolean {
    const info = this.#callbacks.streamInfo;
    if (verdict === "overflow") info.setFlag("UpstreamOverflow");
    if (verdict === "limit exceeded") info.setFlag("UpstreamRetryLimitExceeded");
    if (verdict !== "retry") return false;
    this.#pendingRetries += 1;
    return true;
  }

  #retry(afterTimeout = false): void {
    this.#pendingRetries -= 1;
    const host = this.#pick();
    if (host === undefined) {
      if (this.#othersMayAnswer()) return;
      this.#endTimeout();
      return this.#replies.noHost();
    }
    if (!this.#hasCapacity()) {
      this.#endTimeout();
      return this.#replies.overflow();
    }
    const { headers, timeouts, route } = this.#request;
    const { attemptCountInRequest, timeoutRetryHeader } = route.policies;
    if (attemptCountInRequest) headers.set("x-envoy-attempt-count", String(this.#attemptsMade + 1));
    if (timeoutRetryHeader) headers.set("x-envoy-is-timeout-retry", String(afterTimeout));
    tellExpectedTimeout(headers, timeouts, this.#elapsedMs() ?? 0);
    this.#attempt(host);
  }

  #attempt(host: UpstreamHost): void {
    const { cluster, route, headers, retry, virtualCluster } = this.#request;
    const info = this.#callbacks.streamInfo;
    this.#attemptsMade += 1;
    info.beginAttempt(host);
    retry?.hosts.onAttempt(host);
    rewriteHostFor(headers, host, route);
    const request = {
      // What a transport does to the headers must not reach the next attempt.
      headers: retry === undefined ? headers : headers.clone(),
      body: this.#body.open(),
      onBodySent: () => this.#onRequestComplete(),
      forwardsHost: route.appendXForwardedHost,
    };
    const { transport } = this.#environment;
    const { priority } = route.policies;
    const { scope } = info.downstream;
    const total = virtualCluster?.total;
    const attempt = new UpstreamAttempt({ cluster, host, transport, request, owner: this, priority, scope, total });
    this.#attempts.push(attempt);
    this.#limit(attempt);
    if (this.#requestCompleteMs !== undefined) info.mark("US_TX_END");
    attempt.start();
  }

  #limit(attempt: UpstreamAttempt): void {
    const { perTryMs, perTryIdleMs } = this.#request.timeouts;
    if (perTryMs === 0 && perTryIdleMs === 0) return;
    const { clock, timers } = this.#callbacks;
    const onExpiry = (expiry: AttemptExpiry): void => this.#onAttemptExpiry(attempt, expiry);
    attempt.timers = new AttemptTimers({ perTryMs, perTryIdleMs, clock, timers, onExpiry });
    if (this.#requestCompleteMs !== undefined) attempt.timers.start();
  }

  #onAttemptExpiry(attempt: UpstreamAttempt, expiry: AttemptExpiry): void {
    const { timeouts } = this.#request;
    this.#recorder.slow(attempt);
    if (timeouts.hedges) return this.#hedge(attempt);
    attempt.cancel("local reset");
    this.#remove(attempt);
    this.#recorder.attemptExpired(attempt, expiry);
    const failure = { kind: "failure", reason: "local reset", sent: "all", reusedConnection: false } as const;
    if (this.#retriesAfter(attempt, { ...failure, timedOut: true })) {
      attempt.host.counters.rqError += 1;
      return;
    }
    this.#endTimeout();
    this.#recorder.gaveUp(attempt, timeouts.status, this.#hasAnswered);
    const details = expiry === "per try" ? "upstream_per_try_timeout" : "upstream_per_try_idle_timeout";
    if (this.#hasAnswered) this.#replies.breakOff(details);
    else this.#replies.timeout(details);
  }

  /** Another attempt beside the slow one, if the policy has one left and the host has room for it. */
  #hedge(attempt: UpstreamAttempt): void {
    const { retry } = this.#request;
    const hasRoom = this.#callbacks.streamInfo.downstream.scope?.hasRoom ?? true;
    if (retry === undefined || this.#hasAnswered || attempt.isHedged || !hasRoom || !this.#body.canOpen) return;
    if (this.#takes(retry.onSoftTimeout(() => this.#retry(true)))) attempt.isHedged = true;
  }

  #answer(attempt: UpstreamAttempt, headers: HeaderMap, body: BodySource | undefined): void {
    const info = this.#callbacks.streamInfo;
    info.mark("US_RX_BEG");
    removeHopByHop(headers, { keepUpgrade: false });
    this.#settleOn(attempt);
    this.#recorder.answered(attempt, headers, this.#elapsedMs(), info);
    this.#finalizeAnswer(headers);
    if (body === undefined) this.onAnswerEnd(attempt, "complete");
    this.#callbacks.respond(headers, body);
  }

  /** The client gets this answer, and no other. */
  #settleOn(attempt: UpstreamAttempt): void {
    this.#hasAnswered = true;
    attempt.timers?.onAnswered();
    this.#request.retry?.cancel();
    for (const other of this.#takeAttempts()) if (other !== attempt) other.cancel("local reset");
    this.#attempts = [attempt];
    this.#body.keepNothing();
  }

  #finalizeAnswer(headers: HeaderMap): void {
    const { route, headers: request, cookies } = this.#request;
    if (route.policies.attemptCountInResponse) headers.set("x-envoy-attempt-count", String(this.#attemptsMade));
    for (const cookie of cookies) headers.append("set-cookie", cookie);
    route.finalizeResponseHeaders(headers, request, this.#callbacks.streamInfo);
  }

  #onTimeout(): void {
    this.#request.retry?.cancel();
    const attempts = this.#takeAttempts();
    for (const attempt of attempts) {
      this.#recorder.timedOut(attempt, this.#hasAnswered);
      attempt.cancel("local reset");
    }
    if (this.#hasAnswered) this.#replies.breakOff("response_timeout");
    else this.#replies.timeout("response_timeout");
  }

  #onRequestComplete(): void {
    if (this.#requestCompleteMs !== undefined) return;
    const { clock, streamInfo } = this.#callbacks;
    streamInfo.mark("US_TX_END");
    this.#requestCompleteMs = clock.monotonicMs();
    this.#armTimeout();
    for (const attempt of this.#attempts) attempt.timers?.start();
  }

  #armTimeout(): void {
    const { globalMs } = this.#request.timeouts;
    if (globalMs === 0 || (this.#hasAnswered && this.#attempts.length === 0)) return;
    this.#cancelTimeout = this.#callbacks.timers.after(globalMs, timerSlackMs(globalMs), () => this.#onTimeout());
  }

  #endTimeout(): void {
    this.#cancelTimeout?.();
    this.#cancelTimeout = undefined;
  }

  /** `undefined` before the request was complete: an answer that comes earlier has no time. */
  #elapsedMs(): number | undefined {
    const sinceMs = this.#requestCompleteMs;
    return sinceMs === undefined ? undefined : Math.floor(this.#callbacks.clock.monotonicMs() - sinceMs);
  }

  #bodyOf(source: BodySource): RequestBody {
    const { route, retry } = this.#request;
    const { mirrors, bodyBufferLimit } = route.policies;
    const onEnd = (): void => this.#onRequestComplete();
    if (retry === undefined && mirrors.length === 0) return bodyForOne(source, onEnd);
    return bodyForMany(source, {
      limitBytes: bodyBufferLimit ?? DEFAULT_BODY_LIMIT_BYTES,
      onOverflow: () => this.#onBodyOverflow(),
      onEnd,
    });
  }

  /**
   * A retry that waits would have only the rest of the body, so there is none. No other attempt is under way then: they run side
   * by side only when the request is complete.
   */
  #onBodyOverflow(): void {
    const { cluster, retry } = this.#request;
    cluster.stats.requests.retryOrShadowAbandoned.inc();
    if (this.#pendingRetries === 0) return;
    this.#pendingRetries = 0;
    retry?.cancel();
    this.#replies.bodyOverflow();
  }

  /** After the first attempt, which has the right of way. */
  #mirror(): void {
    startMirrors(this.#request, { body: this.#body, environment: this.#environment, callbacks: this.#callbacks });
    if (this.#request.retry === undefined) this.#body.keepNothing();
  }

  #pick(): UpstreamHost | undefined {
    const { cluster, wants, retry } = this.#request;
    return cluster.pick(retry === undefined ? wants : { ...wants, ...retry.hosts.context });
  }

  #hasCapacity(): boolean {
    const { cluster, route } = this.#request;
    return cluster.resources(route.policies.priority).requests.canCreate();
  }

  #othersMayAnswer(attempt?: UpstreamAttempt): boolean {
    const mayAnswer = (other: UpstreamAttempt): boolean => other.isWaiting || this.#peeked.has(other);
    return this.#pendingRetries > 0 || this.#attempts.some((other) => other !== attempt && mayAnswer(other));
  }

  #remove(attempt: UpstreamAttempt): void {
    this.#attempts = this.#attempts.filter((other) => other !== attempt);
  }

  #takeAttempts(): readonly UpstreamAttempt[] {
    const attempts = this.#attempts;
    this.#attempts = [];
    return attempts;
  }
}
