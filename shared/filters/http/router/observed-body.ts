import { isPromise, type MaybePromise } from "../../../base/maybe-promise.ts";
import { BodyFailure, type BodyRead, type BodySource, END } from "../../../http/body-source.ts";
import type { HeaderMap } from "../../../http/header-map.ts";
import type { ResetReason } from "../../../http/reset-reason.ts";

/** How a body came to its end. Of a stream that was handed over to the platform nobody hears any more. */
export type BodyEnd = "complete" | "handed over" | "cancelled" | BodyFailure;

/** Passes a body through unchanged, and tells once how it ended. */
export class ObservedBody implements BodySource {
  readonly #source: BodySource;
  #onEnd: ((end: BodyEnd) => void) | undefined;

  readonly #onChunk: (() => void) | undefined;

  /** `onChunk` is called for every chunk that passes. */
  constructor(source: BodySource, onEnd: (end: BodyEnd) => void, onChunk?: () => void) {
    this.#source = source;
    this.#onEnd = onEnd;
    this.#onChunk = onChunk;
  }

  read(): MaybePromise<BodyRead> {
    const read = this.#source.read();
    return isPromise(read) ? read.then(this.#observe) : this.#observe(read);
  }

  trailers(): HeaderMap | undefined {
    return this.#source.trailers();
  }

  cancel(reason: ResetReason): void {
    this.#end("cancelled");
    this.#source.cancel(reason);
  }

  unwrap(): unknown {
    const native = this.#source.unwrap();
    if (native !== undefined) this.#end("handed over");
    return native;
  }

  readonly #observe = (read: BodyRead): BodyRead => {
    if (read === END) this.#end("complete");
    else if (read instanceof BodyFailure) this.#end(read);
    else this.#onChunk?.();
    return read;
  };

  #end(end: BodyEnd): void {
    const tell = this.#onEnd;
    this.#onEnd = undefined;
    tell?.(end);
  }
}
