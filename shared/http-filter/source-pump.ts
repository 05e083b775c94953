import { isPromise } from "../base/maybe-promise.ts";
import type { ChunkQueue } from "../buffer/chunk-queue.ts";
import { BodyFailure, type BodyRead, type BodySource, END } from "../http/body-source.ts";
import type { HeaderMap } from "../http/header-map.ts";
import type { ResetReason } from "../http/reset-reason.ts";

/** Where a {@link SourcePump} puts what it reads. */
export interface PumpTarget {
  /** Asked before every read. */
  wantsRead(): boolean;
  onChunk(chunk: Uint8Array): void;
  /** Once, unless the source fails. */
  onSourceEnd(trailers: HeaderMap | undefined): void;
  onSourceFailure(failure: BodyFailure): void;
}

/** Reads a body as long as its target wants more: in a loop while reads are answered at once, else from promise to promise. */
export class SourcePump {
  readonly #source: BodySource;
  readonly #target: PumpTarget;
  #running = false;
  #reading = false;
  #done = false;
  /** The chunk read last; its bytes are the source's again with the next read. */
  #borrowed: Uint8Array | undefined;

  constructor(source: BodySource, target: PumpTarget) {
    this.#source = source;
    this.#target = target;
  }

  /** Called whenever the target might want more. Calls from within are left to the loop that runs already. */
  run(): void {
    if (this.#running) return;
    this.#running = true;
    while (!this.#done && !this.#reading && this.#target.wantsRead()) this.#readOnce();
    this.#running = false;
  }

  cancel(reason: ResetReason): void {
    this.#done = true;
    this.#source.cancel(reason);
  }

  /** Copies what belongs to the source, so that the queue stays valid while the source is read on. */
  own(data: ChunkQueue): void {
    const borrowed = this.#borrowed;
    if (borrowed === undefined || data.isEmpty) return;
    const chunks = [...data];
    data.clear();
    for (const chunk of chunks) data.add(chunk.buffer === borrowed.buffer ? chunk.slice() : chunk);
  }

  #readOnce(): void {
    const read = this.#source.read();
    if (!isPromise(read)) {
      this.#take(read);
      return;
    }
    this.#reading = true;
    const settle = (outcome: BodyRead): void => {
      this.#reading = false;
      if (this.#done) return;
      this.#take(outcome);
      this.run();
    };
    // A source that rejects breaks its contract; its body then counts as broken off, never as ended.
    read.then(settle, () => settle(new BodyFailure("local reset")));
  }

  #take(read: BodyRead): void {
    if (read === END) {
      this.#done = true;
      this.#borrowed = undefined;
      this.#target.onSourceEnd(this.#source.trailers());
    } else if (read instanceof BodyFailure) {
      this.#done = true;
      this.#target.onSourceFailure(read);
    } else {
      this.#borrowed = read;
      this.#target.onChunk(read);
    }
  }
}
