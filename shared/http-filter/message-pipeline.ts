import { InvariantError } from "../base/invariant.ts";
import { isPromise, type MaybePromise } from "../base/maybe-promise.ts";
import { ChunkQueue } from "../buffer/chunk-queue.ts";
import { BodyFailure, type BodySource } from "../http/body-source.ts";
import { HeaderMap } from "../http/header-map.ts";
import type { ResetReason } from "../http/reset-reason.ts";
import type { Direction } from "./direction.ts";
import { type FilterStage, Gate } from "./filter-stage.ts";
import { FilterStages, type HookOwner } from "./filter-stages.ts";
import { DataStatus, HeadersStatus, TrailersStatus } from "./filter-status.ts";
import type { HttpFilter } from "./http-filter.ts";
import type { MessagePart } from "./message-part.ts";
import { type OutputProducer, PipelineOutput } from "./pipeline-output.ts";
import { type PumpTarget, SourcePump } from "./source-pump.ts";

/** What a pipeline asks of the stream that it belongs to. */
export interface PipelineOwner extends HookOwner {
  /** A hook asked for something that ends the message; it is carried out when the outermost hook has returned. */
  readonly isInterrupted: boolean;
  /** A callback came when it has no meaning any more. */
  onLateCallback(): void;
  /** The headers passed all filters. Without a body the message ends with them. */
  onHeadersPassed(pipeline: MessagePipeline, headers: HeaderMap, body: BodySource | undefined): void;
  onBodyTooLarge(pipeline: MessagePipeline): void;
  /** The body broke off while a filter still held the headers. */
  onBodyBroken(reason: ResetReason): void;
}

export interface PipelineOptions {
  readonly direction: Direction;
  /** In the order of the chain. */
  readonly filters: readonly HttpFilter[];
  readonly owner: PipelineOwner;
  /** Bytes that the pipeline holds for a filter. */
  readonly bufferLimit: number;
}

/**
 * One message on its way through the filters of a stream. Headers are pushed as far as the filters let them. The body is pulled
 * by whoever reads at the end, or by the pipeline itself while a filter that waits for the body holds the headers; each chunk is
 * then pushed from filter to filter, and what a filter stops stays with its stage.
 *
 * What a hook asks for while it runs takes effect when it has returned. After `abort` nothing happens any more.
 */
export class MessagePipeline implements OutputProducer, PumpTarget {
  bufferLimit: number;
  readonly #owner: PipelineOwner;
  readonly #stages: FilterStages;
  #headers: HeaderMap | undefined;
  #source: BodySource | undefined;
  #pump: SourcePump | undefined;
  #output: PipelineOutput | undefined;
  /** The position of the headers; the number of filters once they are through. */
  #headersAt = 0;
  #headersFinished = false;
  /** Calls of `#goOn` on the stack. */
  #moves = 0;
  /** No body follows, as far as the filters from here on know. */
  #endsWithHeaders = false;
  /** Something of the body passed through here, so the source cannot be handed over whole. */
  #touched = false;
  #over = false;

  constructor(options: PipelineOptions) {
    this.#owner = options.owner;
    this.#stages = new FilterStages(options.direction, options.filters, options.owner);
    this.bufferLimit = options.bufferLimit;
  }

  /** Sends a message through, once. An absent body ends it with the headers, except for an upgrade. */
  start(headers: HeaderMap, body: BodySource | undefined, isUpgrade: boolean): void {
    this.#headers = headers;
    this.#source = body;
    this.#endsWithHeaders = body === undefined && !isUpgrade;
    this.#goOn(0, true);
  }

  /** Stops everything: what waits is dropped, outstanding reads settle with a failure. An end that was read stays an end. */
  abort(reason: ResetReason): void {
    if (this.#over) return;
    this.#over = true;
    this.#stages.forget();
    if (this.#pump === undefined) this.#source?.cancel(reason);
    else this.#pump.cancel(reason);
    this.#output?.abort(new BodyFailure(reason));
  }

  // What filters ask for, by their index in the chain

  /** Lets the message go on after this filter stopped it. */
  resume(filterIndex: number): void {
    const at = this.#stages.mirrored(filterIndex);
    const stage = this.#stages.known(at);
    if (this.#stages.isOnStack(at)) this.#requestResume(at);
    else if (stage === undefined || stage.gate === Gate.Open) this.#owner.onLateCallback();
    else if (stage.gate !== Gate.Pending) this.#release(at, stage);
    else if (stage.awaitsHeaders) this.#violation(at, "headers that wait for a promise go on by the promise alone");
    // An earlier hook had stopped the message and is done now. The one that still runs is not: its promise decides when.
    else this.#requestResume(at);
  }

  /** Adds to the body behind what this filter lets pass. */
  addData(filterIndex: number, data: Uint8Array): void {
    const at = this.#stages.mirrored(filterIndex);
    if (this.#over) this.#owner.onLateCallback();
    else if (this.#stages.isInside(at)) this.#stages.stage(at).added.add(data);
    else if (this.#stages.gateAt(at) === Gate.Open) this.#owner.onLateCallback();
    else {
      const stage = this.#stages.stage(at);
      stage.held.data.add(data);
      this.#checkLimit(stage);
    }
  }

  /** Trailers for a message that ends with the data hook that runs now. */
  addTrailers(filterIndex: number): HeaderMap {
    const at = this.#stages.mirrored(filterIndex);
    const trailers = new HeaderMap();
    if (this.#over) this.#owner.onLateCallback();
    else if (!this.#stages.isInside(at) || !this.#stages.stage(at).sawEnd) {
      this.#violation(at, "trailers are added by the data hook that sees the end of the message");
    } else this.#stages.stage(at).addedTrailers = trailers;
    return trailers;
  }

  /** Sends data to the filters behind this one, past what is held. Settles when it was read, or when nobody will. */
  inject(filterIndex: number, data: Uint8Array, end: boolean): MaybePromise<void> {
    const at = this.#stages.mirrored(filterIndex);
    if (this.#over) return this.#owner.onLateCallback();
    if (this.#headersAt <= at) return this.#violation(at, "data is injected after the headers have gone on");
    if (this.#endsWithHeaders || this.#isUntouched())
      return this.#violation(at, "data is injected into a filtered body");
    const injected = new ChunkQueue();
    injected.add(data);
    this.#pushData(at + 1, injected, end);
    this.#readOn();
    return this.#output?.drained(this.#stages.isBlocked(this.bufferLimit));
  }

  bufferOf(filterIndex: number): ChunkQueue | undefined {
    return this.#stages.known(this.#stages.mirrored(filterIndex))?.buffer;
  }

  // OutputProducer

  onDemand(): void {
    this.#readOn();
  }

  onCancel(reason: ResetReason): void {
    this.abort(reason);
  }

  // PumpTarget

  wantsRead(): boolean {
    if (this.#isStopped || this.#moves > 0 || this.#stages.inHook || this.#stages.isBlocked(this.bufferLimit))
      return false;
    if (this.#headersAt === this.#stages.count) return this.#output?.isWanted ?? false;
    return this.#stages.gateAt(this.#headersAt) !== Gate.Open;
  }

  onChunk(chunk: Uint8Array): void {
    const data = new ChunkQueue();
    data.add(chunk);
    this.#pushData(0, data, false);
  }

  onSourceEnd(trailers: HeaderMap | undefined): void {
    if (trailers === undefined) this.#pushData(0, new ChunkQueue(), true);
    else this.#pushTrailers(0, trailers);
  }

  onSourceFailure(failure: BodyFailure): void {
    this.#ownOutput().fail(failure);
    if (this.#headersAt < this.#stages.count) this.#owner.onBodyBroken(failure.reason);
  }

  // Headers

  get #isStopped(): boolean {
    return this.#over || this.#owner.isInterrupted;
  }

  /**
   * Moves everything that may move from this filter on: headers first, then what the filters before them hold or added. Nothing
   * is read, and nobody at the end hears of the headers, before all of it has moved; else the body would overtake it.
   */
  #goOn(from: number, withHeaders: boolean): void {
    this.#moves += 1;
    if (withHeaders) this.#passHeaders();
    for (let at = this.#stages.highestKnown; at >= from; at--) this.#flush(at);
    this.#moves -= 1;
    if (this.#moves > 0 || this.#isStopped) return;
    if (this.#headersAt === this.#stages.count && !this.#headersFinished) this.#finishHeaders();
    this.#readOn();
    if (!this.#stages.isBlocked(this.bufferLimit)) this.#output?.releaseIfDrained();
  }

  #passHeaders(): void {
    const headers = this.#headers ?? new HeaderMap();
    for (; this.#headersAt < this.#stages.count; this.#headersAt += 1) {
      const at = this.#headersAt;
      const status = this.#stages.callHeaders(at, headers, this.#endsWithHeaders);
      if (status === undefined) return;
      if (status === HeadersStatus.Continue && this.#stages.isClear(at)) continue;
      if (!this.#takeHeadersStatus(at, status)) return;
    }
  }

  /** Says whether the headers go on at once. */
  #takeHeadersStatus(at: number, status: MaybePromise<HeadersStatus>): boolean {
    const stage = this.#stages.stage(at);
    stage.awaitsHeaders = isPromise(status);
    if (isPromise(status)) {
      this.#await(at, status, (settled) => {
        if (this.#takeHeadersStatus(at, settled)) this.#headersAt = at + 1;
        this.#goOn(at, this.#headersAt > at);
      });
      return false;
    }
    stage.held.data.move(stage.added);
    stage.gate = this.#gateAfter(at, status);
    if (status === HeadersStatus.ContinueAndDetach) stage.detached = true;
    if (status === HeadersStatus.ContinueAndDontEndStream) this.#endsWithHeaders = false;
    if (!this.#opens(stage)) return false;
    this.#claimEnd(stage);
    return true;
  }

  #gateAfter(at: number, status: HeadersStatus): Gate {
    switch (status) {
      case HeadersStatus.StopIteration:
        // A filter without a data hook cannot wait for data; were it passed by, a body would undo the stop.
        return this.#stages.watchesData(at) ? Gate.Held : Gate.Shut;
      case HeadersStatus.StopAllAndBuffer:
        return Gate.Unseen;
      case HeadersStatus.StopAllAndWatermark:
        return Gate.Shut;
      default:
        return Gate.Open;
    }
  }

  #finishHeaders(): void {
    this.#headersFinished = true;
    const headers = this.#headers ?? new HeaderMap();
    if (this.#endsWithHeaders) this.#owner.onHeadersPassed(this, headers, undefined);
    else this.#owner.onHeadersPassed(this, headers, this.#isUntouched() ? this.#source : this.#ownOutput());
  }

  #isUntouched(): boolean {
    return this.#source !== undefined && !this.#touched && this.#output === undefined && !this.#stages.watchesBody();
  }

  /** A message that ended with its headers and was given a body ends with that body. */
  #claimEnd(stage: FilterStage): void {
    if (!this.#endsWithHeaders || stage.held.data.isEmpty) return;
    this.#endsWithHeaders = false;
    stage.held.end = true;
  }

  // Body

  #readOn(): void {
    if (this.#source === undefined || !this.wantsRead()) return;
    this.#pump ??= new SourcePump(this.#source, this);
    this.#pump.run();
  }

  #pushPart(from: number, part: MessagePart): void {
    if (!part.data.isEmpty || part.end) this.#pushData(from, part.data, part.end);
    if (part.trailers !== undefined) this.#pushTrailers(from, part.trailers);
  }

  #pushData(from: number, data: ChunkQueue, end: boolean): void {
    this.#touched = true;
    for (let at = from; at < this.#stages.count; at++) {
      if (this.#isStopped || (data.isEmpty && !end)) return;
      if (this.#stages.gateAt(at) >= Gate.Unseen || this.#stages.isOnStack(at)) {
        this.#park(at, data, end);
        return;
      }
      if (!this.#stages.watchesData(at)) continue;
      const status = this.#stages.callData(at, data, end);
      if (status === undefined || !this.#takeDataStatus(at, status, data, end)) return;
    }
    if (this.#isStopped) return;
    this.#ownOutput().push(data);
    if (end) this.#ownOutput().end();
  }

  /** Says whether the data goes on at once; otherwise it is held, dropped, or has gone on by itself. */
  #takeDataStatus(at: number, status: MaybePromise<DataStatus>, data: ChunkQueue, end: boolean): boolean {
    if (status === DataStatus.Continue && this.#stages.isClear(at)) return true;
    const stage = this.#stages.stage(at);
    if (isPromise(status)) {
      this.#await(at, status, (settled) => {
        stage.gate = Gate.Held;
        this.#takeDataStatus(at, settled, data, end);
        this.#goOn(at, false);
      });
      return false;
    }
    if (status === DataStatus.StopNoBuffer) data.clear();
    else this.#pump?.own(data);
    stage.hold(data, end);
    if (status === DataStatus.StopAndWatermark) stage.gate = Gate.HeldWatermark;
    else stage.gate = status === DataStatus.Continue ? Gate.Open : Gate.Held;
    if (this.#opens(stage)) this.#release(at, stage);
    else this.#checkLimit(stage);
    return false;
  }

  #pushTrailers(from: number, trailers: HeaderMap): void {
    this.#touched = true;
    for (let at = from; at < this.#stages.count; at++) {
      if (this.#isStopped) return;
      if (this.#stages.gateAt(at) >= Gate.Unseen) {
        this.#stages.stage(at).unseen.trailers = trailers;
        return;
      }
      const status = this.#stages.callTrailers(at, trailers);
      if (status === undefined) return;
      if (status === TrailersStatus.Continue && this.#stages.isClear(at)) continue;
      this.#takeTrailersStatus(at, status, trailers);
      return;
    }
    if (!this.#isStopped) this.#ownOutput().end(trailers);
  }

  #takeTrailersStatus(at: number, status: MaybePromise<TrailersStatus>, trailers: HeaderMap): void {
    const stage = this.#stages.stage(at);
    if (isPromise(status)) {
      this.#await(at, status, (settled) => this.#takeTrailersStatus(at, settled, trailers));
      return;
    }
    stage.held.data.move(stage.added);
    stage.held.trailers = trailers;
    stage.gate = status === TrailersStatus.Continue ? Gate.Open : Gate.Shut;
    if (this.#opens(stage)) this.#release(at, stage);
  }

  #park(at: number, data: ChunkQueue, end: boolean): void {
    const stage = this.#stages.stage(at);
    this.#pump?.own(data);
    stage.unseen.append(data, end);
    this.#checkLimit(stage);
  }

  // Stages

  #release(at: number, stage: FilterStage): void {
    stage.gate = Gate.Open;
    const holdsHeaders = this.#headersAt === at;
    if (holdsHeaders) {
      this.#claimEnd(stage);
      this.#headersAt = at + 1;
    }
    this.#goOn(at, holdsHeaders);
  }

  /** Sends on what an open stage holds, then lets the filter see what came in the meantime. */
  #flush(at: number): void {
    const stage = this.#stages.known(at);
    if (stage === undefined || this.#isStopped) return;
    if (stage.gate === Gate.Open && !stage.held.isEmpty) this.#pushPart(at + 1, stage.held.take());
    if (stage.gate < Gate.Unseen && !stage.unseen.isEmpty) this.#pushPart(at, stage.unseen.take());
  }

  /** Whether the stage lets everything pass, be it because the hook that just returned also called `continue…`. */
  #opens(stage: FilterStage): boolean {
    const requested = stage.takeResumeRequest();
    if (requested && stage.gate === Gate.Open) this.#owner.onLateCallback();
    if (requested) stage.gate = Gate.Open;
    return stage.gate === Gate.Open;
  }

  #requestResume(at: number): void {
    const stage = this.#stages.stage(at);
    if (stage.resumeRequested) this.#owner.onLateCallback();
    stage.resumeRequested = true;
  }

  #await<Status>(at: number, promise: Promise<Status>, proceed: (status: Status) => void): void {
    const stage = this.#stages.stage(at);
    if (stage.takeResumeRequest()) this.#violation(at, "a hook that returns a promise does not continue by itself");
    stage.gate = Gate.Pending;
    promise.then(
      (status) => {
        if (!this.#over) proceed(status);
      },
      (error: unknown) => {
        if (!this.#over) this.#owner.onHookFailure(this.#stages.mirrored(at), error);
      },
    );
  }

  #checkLimit(stage: FilterStage): void {
    if (stage.isOverLimit(this.bufferLimit)) this.#owner.onBodyTooLarge(this);
  }

  #violation(at: number, rule: string): void {
    this.#owner.onHookFailure(this.#stages.mirrored(at), new InvariantError(rule));
  }

  #ownOutput(): PipelineOutput {
    this.#output ??= new PipelineOutput(this);
    return this.#output;
  }
}
