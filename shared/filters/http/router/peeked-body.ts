import type { MaybePromise } from "../../../base/maybe-promise.ts";
import { BodyFailure, type BodyRead, type BodySource } from "../../../http/body-source.ts";
import type { HeaderMap } from "../../../http/header-map.ts";
import type { ResetReason } from "../../../http/reset-reason.ts";

/** A body of which the first read was done to see how it begins: gives that first, then the rest. */
export class PeekedBody implements BodySource {
  readonly #source: BodySource;
  #first: BodyRead | undefined;

  constructor(source: BodySource, first: BodyRead) {
    this.#source = source;
    this.#first = first;
  }

  read(): MaybePromise<BodyRead> {
    const first = this.#first;
    this.#first = undefined;
    return first ?? this.#source.read();
  }

  trailers(): HeaderMap | undefined {
    return this.#source.trailers();
  }

  cancel(reason: ResetReason): void {
    if (this.#first instanceof Uint8Array) this.#first = new BodyFailure(reason);
    this.#source.cancel(reason);
  }

  unwrap(): undefined {
    return undefined;
  }
}
