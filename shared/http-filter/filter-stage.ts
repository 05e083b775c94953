import { ChunkQueue } from "../buffer/chunk-queue.ts";
import type { HeaderMap } from "../http/header-map.ts";
import { MessagePart } from "./message-part.ts";

/**
 * What one filter lets pass, in one direction. Ordered: below `Unseen` body data still comes to the filter's data hook, from
 * there on it waits before the filter.
 */
export const Gate: {
  readonly Open: 0;
  /** Data comes to the filter, which has the manager keep it; reading goes on, up to the buffer limit. */
  readonly Held: 1;
  /** As `Held`, but at the buffer limit reading pauses. */
  readonly HeldWatermark: 2;
  /** `StopAllAndBuffer`: data waits unseen, up to the buffer limit. */
  readonly Unseen: 3;
  /** Nothing is read. */
  readonly Shut: 4;
  /** Nothing is read until the promise of a hook settles. */
  readonly Pending: 5;
} = { Open: 0, Held: 1, HeldWatermark: 2, Unseen: 3, Shut: 4, Pending: 5 };
export type Gate = (typeof Gate)[keyof typeof Gate];

/** What is known of one filter in one direction, once it did something other than `Continue`. */
export class FilterStage {
  gate: Gate = Gate.Open;
  /** `ContinueAndDetach`: no hook is called any more. */
  detached = false;
  /** The data hook was called for the last time; it may add trailers then. */
  sawEnd = false;
  /** The promise that is pending is the headers hook's. */
  awaitsHeaders = false;
  /** The hook that runs now called `continueDecoding` or `continueEncoding`. */
  resumeRequested = false;
  /** What the filter has seen, and what it added: goes on to the next filter. */
  readonly held: MessagePart = new MessagePart();
  /** What came while the filter saw nothing: goes to its own hooks first. */
  readonly unseen: MessagePart = new MessagePart();
  /** What the filter added from within the hook that runs now. */
  readonly added: ChunkQueue = new ChunkQueue();
  addedTrailers: HeaderMap | undefined;

  /** Whether what the filter lets pass can go straight on, with nothing before or behind it. */
  get isClear(): boolean {
    return this.gate === Gate.Open && !this.resumeRequested && this.#addedNothing && this.held.isEmpty;
  }

  /** What filters mean by "the buffer". */
  get buffer(): ChunkQueue {
    return this.gate === Gate.Unseen ? this.unseen.data : this.held.data;
  }

  isOverLimit(bufferLimit: number): boolean {
    return this.gate !== Gate.HeldWatermark && this.buffer.byteLength > bufferLimit;
  }

  blocksReading(bufferLimit: number): boolean {
    if (this.gate === Gate.HeldWatermark) return this.held.data.byteLength >= bufferLimit;
    return this.gate >= Gate.Shut;
  }

  /** Keeps what a data hook saw, followed by what it added. Trailers that it added take the place of the end. */
  hold(data: ChunkQueue, end: boolean): void {
    this.held.append(data, false);
    this.held.append(this.added, end && this.addedTrailers === undefined);
    this.held.trailers ??= this.addedTrailers;
    this.addedTrailers = undefined;
  }

  takeResumeRequest(): boolean {
    const requested = this.resumeRequested;
    this.resumeRequested = false;
    return requested;
  }

  get #addedNothing(): boolean {
    return this.added.isEmpty && this.addedTrailers === undefined;
  }
}
