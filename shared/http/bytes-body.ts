import { BodyFailure, type BodyRead, type BodySource, END } from "./body-source.ts";
import type { ResetReason } from "./reset-reason.ts";

/** A body that is in memory: one chunk, then the end. */
export class BytesBody implements BodySource {
  #next: BodyRead;

  /** `bytes` is not written to again. Empty bytes are an empty body. */
  constructor(bytes: Uint8Array) {
    this.#next = bytes.byteLength === 0 ? END : bytes;
  }

  read(): BodyRead {
    const read = this.#next;
    if (read instanceof Uint8Array) this.#next = END;
    return read;
  }

  trailers(): undefined {
    return undefined;
  }

  cancel(reason: ResetReason): void {
    if (this.#next !== END) this.#next = new BodyFailure(reason);
  }

  unwrap(): undefined {
    return undefined;
  }
}
