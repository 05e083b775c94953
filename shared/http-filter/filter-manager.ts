import { isPromise } from "../base/maybe-promise.ts";
import type { Clock } from "../host/clock.ts";
import type { Logger } from "../host/logger.ts";
import type { RandomSource } from "../host/random-source.ts";
import type { Timers } from "../host/timers.ts";
import type { BodySource } from "../http/body-source.ts";
import { BytesBody } from "../http/bytes-body.ts";
import type { HeaderMap } from "../http/header-map.ts";
import { encodeLocalReply, isGrpcRequest, type RepliedRequest } from "../http/local-reply-encoding.ts";
import type { LocalReply, ReplyRewriter } from "../http/local-reply.ts";
import type { ResetReason } from "../http/reset-reason.ts";
import { DETAILS } from "../http/response-code-details.ts";
import type { StreamInfo } from "../http/stream-info.ts";
import type { Route } from "../router/route.ts";
import type { Counter } from "../stats/stats-scope.ts";
import { DECODE, ENCODE } from "./direction.ts";
import type { DownstreamStream } from "./downstream-stream.ts";
import { FilterCallbacks, type FilteredStream, TerminalCallbacks } from "./filter-callbacks.ts";
import type { FilterChain } from "./filter-chain.ts";
import type { HttpFilter, TerminalHttpFilter } from "./http-filter.ts";
import { MessagePipeline, type PipelineOwner } from "./message-pipeline.ts";
import { StreamTimers } from "./stream-timers.ts";

/** Finds routes for a stream. */
export interface RouteResolver {
  /** The route for these request headers. The manager asks when a filter first needs to know, and again after each `clear`. */
  route(headers: HeaderMap): Route | undefined;
  /** The route is no longer valid, because a filter changed what it depends on. */
  clear(): void;
}

export interface FilterManagerCounters {
  /** A filter threw, rejected, or broke a rule of its interface. */
  readonly filterException: Counter;
  /** A filter's callback came after its time, or a second time. */
  readonly lateCallback: Counter;
}

export interface FilterManagerOptions {
  readonly chain: FilterChain;
  readonly streamInfo: StreamInfo;
  readonly downstream: DownstreamStream;
  readonly routes: RouteResolver;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly random: RandomSource;
  readonly logger: Logger;
  readonly counters: FilterManagerCounters;
  /** Changes the proxy's own answers; absent where none are to be changed. */
  readonly rewriter?: ReplyRewriter | undefined;
  /** Bytes that are held for a filter that buffers a request or a response, before 413 or 500. */
  readonly bufferLimits: { readonly request: number; readonly response: number };
}

/** What a hook asked for, to be done when it has returned. */
type Pending =
  | { readonly kind: "local reply"; readonly reply: LocalReply }
  | { readonly kind: "response"; readonly headers: HeaderMap; readonly body: BodySource | undefined }
  | { readonly kind: "reset"; readonly reason: ResetReason }
  | { readonly kind: "end"; readonly reason: ResetReason };

/**
 * Runs one stream through a filter chain. The host calls `decode` once, then `complete` when the answer is out, or `reset` when
 * the client is gone; either one ends the stream, and so does a `DownstreamStream.reset` that the manager calls. Calls after the
 * end do nothing.
 */
export class FilterManager implements FilteredStream, PipelineOwner {
  readonly streamInfo: StreamInfo;
  readonly request: MessagePipeline;
  readonly response: MessagePipeline;
  readonly #options: FilterManagerOptions;
  readonly #filters: HttpFilter[] = [];
  #timers: StreamTimers[] | undefined;
  #terminal: TerminalHttpFilter | undefined;
  #requestHeaders: HeaderMap | undefined;
  #repliedRequest: RepliedRequest = { isGrpc: false, isHead: false };
  #route: Route | undefined;
  #routeState: "unknown" | "known" | "cleared" = "unknown";
  #abortController: AbortController | undefined;
  #isSignalled = false;
  #terminalRuns = false;
  #responseStarted = false;
  #headersSent = false;
  #upgrade: { readonly connection: unknown } | undefined;
  #isOver = false;
  /** Hooks on the stack. While there are any, nothing ends; what is asked for waits below. */
  #hookDepth = 0;
  #pending: Pending | undefined;

  constructor(options: FilterManagerOptions) {
    this.#options = options;
    this.streamInfo = options.streamInfo;
    const { request, response } = options.bufferLimits;
    const common = { filters: this.#filters, owner: this };
    this.request = new MessagePipeline({ ...common, direction: DECODE, bufferLimit: request });
    this.response = new MessagePipeline({ ...common, direction: ENCODE, bufferLimit: response });
  }

  // For the host

  /** Starts the stream. An absent body ends the request with its headers. */
  decode(headers: HeaderMap, body: BodySource | undefined): void {
    this.#observeRequest(headers);
    if (this.#createFilters()) this.request.start(headers, body, false);
    else body?.cancel("local reset");
  }

  /** Answers a request that is not to pass the filters: the reply runs through the encode hooks of a chain that decoded nothing. */
  refuse(headers: HeaderMap, body: BodySource | undefined, reply: LocalReply): void {
    this.#observeRequest(headers);
    body?.cancel("local reset");
    if (this.#createFilters()) this.sendLocalReply(reply);
  }

  /** The last byte of the answer is out. */
  complete(): void {
    // Whatever still goes on, such as the rest of an upload, is of no use to anybody.
    this.#end("local reset");
  }

  /** The client went away, or the answer could not be sent to its end. */
  reset(reason: ResetReason): void {
    this.#end(reason);
  }

  // For filters, and for the connection manager's own answers such as timeouts

  get isOver(): boolean {
    return this.#isOver;
  }

  get clock(): Clock {
    return this.#options.clock;
  }

  get random(): RandomSource {
    return this.#options.random;
  }

  openTimers(filterIndex: number): Timers {
    const timers = new StreamTimers(this.#options.timers, {
      onLateCallback: () => this.onLateCallback(),
      onFailure: (error) => this.onHookFailure(filterIndex, error),
    });
    if (this.#isOver) timers.close();
    this.#timers ??= [];
    this.#timers.push(timers);
    return timers;
  }

  get requestHeaders(): HeaderMap | undefined {
    return this.#requestHeaders;
  }

  get signal(): AbortSignal {
    if (this.#abortController === undefined) {
      this.#abortController = new AbortController();
      if (this.#isSignalled) this.#abortController.abort();
    }
    return this.#abortController.signal;
  }

  route(): Route | undefined {
    if (this.#routeState !== "known" && this.#requestHeaders !== undefined && !this.#isOver) {
      this.#route = this.#options.routes.route(this.#requestHeaders);
      this.#routeState = "known";
    }
    return this.#route;
  }

  clearRouteCache(): void {
    if (this.#isOver) return this.onLateCallback();
    this.#route = undefined;
    this.#routeState = "cleared";
    this.#options.routes.clear();
  }

  sendLocalReply(reply: LocalReply): void {
    if (this.isInterrupted) this.onLateCallback();
    else if (this.#hookDepth > 0) this.#pending = { kind: "local reply", reply };
    else this.#reply(reply);
  }

  respond(headers: HeaderMap, body: BodySource | undefined): void {
    if (this.isInterrupted || this.#responseStarted) {
      body?.cancel("local reset");
      this.onLateCallback();
    } else if (this.#hookDepth > 0) this.#pending = { kind: "response", headers, body };
    else this.#respond(headers, body);
  }

  resetStream(reason: ResetReason): void {
    if (this.#isOver || this.#pending?.kind === "reset") this.onLateCallback();
    else if (this.#hookDepth > 0) this.#postpone({ kind: "reset", reason });
    else this.#break(reason);
  }

  // For the terminal filter alone

  respondInformational(headers: HeaderMap): void {
    if (this.#isOver || this.#responseStarted) return this.onLateCallback();
    for (const [index, filter] of [...this.#filters.entries()].toReversed()) {
      this.#callHook(index, () => filter.encodeInformational?.(headers));
      if (this.isInterrupted) return;
    }
    this.#options.downstream.encodeInformational(headers);
  }

  upgrade(headers: HeaderMap, connection: unknown): void {
    if (this.#isOver || this.#responseStarted) return this.onLateCallback();
    this.#responseStarted = true;
    this.#upgrade = { connection };
    this.response.start(headers, undefined, true);
  }

  // For the pipelines

  get isInterrupted(): boolean {
    return this.#isOver || this.#pending !== undefined;
  }

  enterHook(): void {
    this.#hookDepth += 1;
  }

  leaveHook(): boolean {
    this.#hookDepth -= 1;
    if (this.#pending === undefined) return !this.#isOver;
    if (this.#hookDepth === 0) this.#settle(this.#pending);
    return false;
  }

  onHookFailure(filterIndex: number, error: unknown): void {
    const { chain, counters, logger } = this.#options;
    const name = (chain.filters[filterIndex] ?? chain.terminal).name;
    counters.filterException.inc();
    logger.log("error", "filter_exception", { filter: name, error: String(error) });
    if (this.isInterrupted) return;
    this.sendLocalReply({ status: 500, details: DETAILS.filterException(name) });
  }

  onLateCallback(): void {
    this.#options.counters.lateCallback.inc();
  }

  onHeadersPassed(pipeline: MessagePipeline, headers: HeaderMap, body: BodySource | undefined): void {
    if (pipeline === this.request) this.#runTerminal(headers, body);
    else if (this.#upgrade !== undefined) this.#sendUpgrade(headers, this.#upgrade.connection);
    else this.#sendHeaders(headers, body);
  }

  onBodyTooLarge(pipeline: MessagePipeline): void {
    if (pipeline === this.request) {
      this.sendLocalReply({ status: 413, body: "Payload Too Large", details: DETAILS.requestPayloadTooLarge });
    } else {
      this.sendLocalReply({ status: 500, body: "Internal Server Error", details: DETAILS.responsePayloadTooLarge });
    }
  }

  onBodyBroken(reason: ResetReason): void {
    this.resetStream(reason);
  }

  // The stream's life

  /** Says whether all filters were made and none of them ended the stream at once. */
  #observeRequest(headers: HeaderMap): void {
    this.#requestHeaders = headers;
    this.#repliedRequest = { isGrpc: isGrpcRequest(headers), isHead: headers.get(":method") === "HEAD" };
  }

  #createFilters(): boolean {
    this.#hookDepth += 1;
    try {
      const { filters, terminal } = this.#options.chain;
      for (const { create } of filters) this.#filters.push(create(new FilterCallbacks(this, this.#filters.length)));
      this.#terminal = terminal.create(new TerminalCallbacks(this, filters.length));
    } catch (error) {
      this.onHookFailure(this.#filters.length, error);
    }
    return this.leaveHook();
  }

  #runTerminal(headers: HeaderMap, body: BodySource | undefined): void {
    const index = this.#filters.length;
    this.#terminalRuns = true;
    try {
      const running = this.#terminal?.run(headers, body);
      if (isPromise(running)) running.catch((error: unknown) => this.onHookFailure(index, error));
    } catch (error) {
      this.onHookFailure(index, error);
    }
  }

  #respond(headers: HeaderMap, body: BodySource | undefined): void {
    this.#responseStarted = true;
    // As in Envoy, encode hooks know the code of an answer that came from upstream, and not of one that a filter made.
    if (this.#terminalRuns) this.streamInfo.responseCode = Number(headers.get(":status"));
    else this.request.abort("local reset");
    this.response.start(headers, this.#allowedBody(headers, body), false);
  }

  #reply(reply: LocalReply): void {
    this.request.abort("local reset");
    this.streamInfo.responseCodeDetails = reply.details;
    if (reply.flag !== undefined) this.streamInfo.setFlag(reply.flag);
    if (this.#isVetoed(reply) || this.#headersSent) this.#break("local reset");
    if (this.#isOver) return;
    this.#abortSignal();
    const { status, headers, body } = encodeLocalReply(reply, this.#repliedRequest, {
      adjust: (bare) => this.#addRouteHeaders(bare),
      rewriter: this.#options.rewriter,
    });
    // As in Envoy, the headers that the route adds to a local reply do not know its code; encode hooks do.
    this.streamInfo.responseCode = status;
    const source = body === undefined ? undefined : new BytesBody(body);
    if (this.#responseStarted) {
      this.response.abort("local reset");
      this.#sendHeaders(headers, source);
    } else {
      this.#responseStarted = true;
      this.response.start(headers, this.#allowedBody(headers, source), false);
    }
  }

  /** Tells every filter of a local reply; one that wants a reset gets it. */
  #isVetoed(reply: LocalReply): boolean {
    let vetoed = false;
    for (const [index, filter] of this.#filters.entries()) {
      this.#callHook(index, () => {
        if (filter.onLocalReply?.(reply) === "reset") vetoed = true;
      });
    }
    return vetoed;
  }

  /** Envoy resolves the route before the filters run, so its headers are on every reply unless a filter cleared the route. */
  #addRouteHeaders(headers: HeaderMap): void {
    const request = this.#requestHeaders;
    const route = this.#routeState === "cleared" ? undefined : this.route();
    if (route?.kind === "forward" && request !== undefined) {
      route.finalizeResponseHeaders(headers, request, this.streamInfo);
    }
  }

  #sendHeaders(headers: HeaderMap, body: BodySource | undefined): void {
    this.#headersSent = true;
    this.streamInfo.responseCode = Number(headers.get(":status"));
    this.#options.downstream.encodeHeaders(headers, this.#allowedBody(headers, body));
  }

  #sendUpgrade(headers: HeaderMap, connection: unknown): void {
    this.#headersSent = true;
    this.streamInfo.responseCode = Number(headers.get(":status"));
    this.#options.downstream.encodeUpgrade(headers, connection);
  }

  /** RFC 9110 sections 9.3.2 and 15: answers to HEAD, and 204 and 304, have no body. */
  #allowedBody(headers: HeaderMap, body: BodySource | undefined): BodySource | undefined {
    if (body === undefined) return undefined;
    const status = headers.get(":status");
    if (!this.#repliedRequest.isHead && status !== "204" && status !== "304") return body;
    body.cancel("local reset");
    return undefined;
  }

  /** What ends more takes the place of what ends less. */
  #postpone(ending: Pending): void {
    if (this.#pending?.kind === "end") return;
    if (this.#pending?.kind === "response") this.#pending.body?.cancel("local reset");
    this.#pending = ending;
  }

  #settle(pending: Pending): void {
    this.#pending = undefined;
    if (this.#isOver) return;
    switch (pending.kind) {
      case "local reply":
        this.#reply(pending.reply);
        return;
      case "response":
        this.#respond(pending.headers, pending.body);
        return;
      case "reset":
        this.#break(pending.reason);
        return;
      case "end":
        this.#finish(pending.reason);
    }
  }

  #end(reason: ResetReason): void {
    if (this.#hookDepth > 0) this.#postpone({ kind: "end", reason });
    else this.#finish(reason);
  }

  #break(reason: ResetReason): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#options.downstream.reset(reason);
    this.#destroy(reason);
  }

  #finish(reason: ResetReason): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#destroy(reason);
  }

  #destroy(reason: ResetReason): void {
    this.request.abort(reason);
    this.response.abort(reason);
    this.#abortSignal();
    this.#tellComplete();
    for (const timers of this.#timers ?? []) timers.close();
    this.#tellDestroy();
  }

  #tellComplete(): void {
    for (let index = 0; index <= this.#filters.length; index++) {
      const filter = this.#filters[index] ?? this.#terminal;
      if (filter?.onComplete === undefined) continue;
      this.#callHook(index, () => filter.onComplete?.(this.streamInfo));
    }
  }

  #tellDestroy(): void {
    for (let index = 0; index <= this.#filters.length; index++) {
      const filter = this.#filters[index] ?? this.#terminal;
      if (filter?.onDestroy === undefined) continue;
      this.#callHook(index, () => filter.onDestroy?.());
    }
  }

  /** For the hooks that have no status. A failing one fails the stream, if there is still something to fail. */
  #callHook(index: number, call: () => void): void {
    this.#hookDepth += 1;
    try {
      call();
    } catch (error) {
      this.onHookFailure(index, error);
    }
    this.leaveHook();
  }

  #abortSignal(): void {
    this.#isSignalled = true;
    this.#abortController?.abort();
  }
}
