import { invariant } from "../base/invariant.ts";
import type { MaybePromise } from "../base/maybe-promise.ts";
import { ChunkQueue } from "../buffer/chunk-queue.ts";
import { BodyFailure, type BodyRead, type BodySource, END } from "../http/body-source.ts";
import type { HeaderMap } from "../http/header-map.ts";
import type { ResetReason } from "../http/reset-reason.ts";

/** Who fills a {@link PipelineOutput}. */
export interface OutputProducer {
  /** A read waits. Whatever can be had at once is pushed before this returns. */
  onDemand(): void;
  /** The consumer lost interest. */
  onCancel(reason: ResetReason): void;
}

/** The end of a chain as a body to pull: what the filters let pass, in the order in which they let it pass. */
export class PipelineOutput implements BodySource {
  readonly #producer: OutputProducer;
  readonly #chunks = new ChunkQueue();
  #final: typeof END | BodyFailure | undefined;
  #trailers: HeaderMap | undefined;
  #endDelivered = false;
  #wanted = false;
  #reader: ((read: BodyRead) => void) | undefined;
  #drainWaiters: (() => void)[] = [];

  constructor(producer: OutputProducer) {
    this.#producer = producer;
  }

  /** Whether a read waits for something to be pushed. */
  get isWanted(): boolean {
    return this.#wanted && this.#chunks.isEmpty && this.#final === undefined;
  }

  read(): MaybePromise<BodyRead> {
    invariant(this.#reader === undefined, "a body is read again only after the read before it has settled");
    const ready = this.#next();
    if (ready !== undefined) return ready;
    this.#wanted = true;
    this.#producer.onDemand();
    const produced = this.#next();
    if (produced !== undefined) return produced;
    return new Promise((resolve) => {
      this.#reader = resolve;
    });
  }

  trailers(): HeaderMap | undefined {
    return this.#endDelivered ? this.#trailers : undefined;
  }

  cancel(reason: ResetReason): void {
    if (this.#endDelivered) return;
    this.#producer.onCancel(reason);
  }

  unwrap(): undefined {
    return undefined;
  }

  push(data: ChunkQueue): void {
    if (this.#final !== undefined) return;
    this.#chunks.move(data);
    this.#wake();
  }

  end(trailers?: HeaderMap): void {
    if (this.#final !== undefined) return;
    this.#final = END;
    this.#trailers = trailers;
    this.#wake();
  }

  /** Breaks the body after what was pushed. An end that nobody has read yet is taken back. */
  fail(failure: BodyFailure): void {
    if (this.#endDelivered || this.#final instanceof BodyFailure) return;
    this.#final = failure;
    this.#wake();
  }

  /** Breaks the body at once. */
  abort(failure: BodyFailure): void {
    this.#chunks.clear();
    this.fail(failure);
    this.#releaseDrained();
  }

  /** Settles when everything pushed so far was read and no filter is in the way, or when there is nobody left to read it. */
  drained(isBlocked: boolean): MaybePromise<void> {
    if ((this.#chunks.isEmpty && !isBlocked) || this.#final instanceof BodyFailure) return undefined;
    return new Promise((resolve) => {
      this.#drainWaiters.push(resolve);
    });
  }

  /** No filter is in the way any more. */
  releaseIfDrained(): void {
    if (this.#chunks.isEmpty) this.#releaseDrained();
  }

  #releaseDrained(): void {
    const waiters = this.#drainWaiters;
    this.#drainWaiters = [];
    for (const resolve of waiters) resolve();
  }

  #next(): BodyRead | undefined {
    const read = this.#chunks.shift() ?? this.#final;
    if (read === undefined) return undefined;
    this.#wanted = false;
    if (read === END) this.#endDelivered = true;
    if (this.#chunks.isEmpty && this.#drainWaiters.length > 0) this.#releaseDrained();
    return read;
  }

  #wake(): void {
    const reader = this.#reader;
    if (reader === undefined) return;
    const read = this.#next();
    if (read === undefined) return;
    this.#reader = undefined;
    reader(read);
  }
}
