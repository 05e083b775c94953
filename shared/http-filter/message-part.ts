import { ChunkQueue } from "../buffer/chunk-queue.ts";
import type { HeaderMap } from "../http/header-map.ts";

/** A stretch of a message's body that waits somewhere in a chain. With trailers it ends with them, and `end` stays unset. */
export class MessagePart {
  readonly data: ChunkQueue = new ChunkQueue();
  end = false;
  trailers: HeaderMap | undefined;

  get isEmpty(): boolean {
    return this.data.isEmpty && !this.end && this.trailers === undefined;
  }

  /** Takes over the data of `queue`, and the end if it came with it. */
  append(queue: ChunkQueue, end: boolean): void {
    this.data.move(queue);
    if (end) this.end = true;
  }

  /** Everything that waits, which then waits no more. */
  take(): MessagePart {
    const taken = new MessagePart();
    taken.append(this.data, this.end);
    taken.trailers = this.trailers;
    this.end = false;
    this.trailers = undefined;
    return taken;
  }
}
