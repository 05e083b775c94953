import { BodyFailure, type BodyRead, type BodySource, END } from "../../shared/http/body-source.ts";
import type { HeaderMap } from "../../shared/http/header-map.ts";
import type { ResetReason } from "../../shared/http/reset-reason.ts";

/**
 * A platform stream as a {@link BodySource}. As long as nobody reads, it can be handed over whole, and then no byte of it ever
 * passes through JavaScript. Workers have no trailers.
 */
export class StreamBody implements BodySource {
  readonly #stream: ReadableStream<Uint8Array>;
  readonly #brokenAs: ResetReason;
  #reader: ReadableStreamDefaultReader<Uint8Array> | undefined;
  #final: typeof END | BodyFailure | undefined;
  #unwrapped = false;

  /** `brokenAs` is what a stream that errors means: the client or the upstream went away. */
  constructor(stream: ReadableStream<Uint8Array>, brokenAs: ResetReason) {
    this.#stream = stream;
    this.#brokenAs = brokenAs;
  }

  read(): BodyRead | Promise<BodyRead> {
    if (this.#final !== undefined) return this.#final;
    if (this.#unwrapped) return this.#finish(new BodyFailure("local reset"));
    this.#reader ??= this.#stream.getReader();
    return this.#pull(this.#reader);
  }

  trailers(): HeaderMap | undefined {
    return undefined;
  }

  cancel(reason: ResetReason): void {
    if (this.#final !== undefined || this.#unwrapped) return;
    this.#final = new BodyFailure(reason);
    // Both settle an outstanding read; a stream that is already broken rejects, which says nothing new.
    const cancelled = this.#reader === undefined ? this.#stream.cancel(reason) : this.#reader.cancel(reason);
    cancelled.catch(() => undefined);
  }

  unwrap(): ReadableStream<Uint8Array> | undefined {
    if (this.#reader !== undefined || this.#final !== undefined || this.#unwrapped) return undefined;
    this.#unwrapped = true;
    return this.#stream;
  }

  async #pull(reader: ReadableStreamDefaultReader<Uint8Array>): Promise<BodyRead> {
    try {
      for (;;) {
        const { done, value } = await reader.read();
        if (this.#final !== undefined) return this.#final;
        if (done) return this.#finish(END);
        if (value.byteLength > 0) return value;
      }
    } catch {
      return this.#finish(new BodyFailure(this.#brokenAs));
    }
  }

  #finish(final: typeof END | BodyFailure): typeof END | BodyFailure {
    this.#final ??= final;
    return this.#final;
  }
}
