import type { MaybePromise } from "../base/maybe-promise.ts";
import type { HeaderMap } from "./header-map.ts";
import type { ResetReason } from "./reset-reason.ts";

/** The regular end of a body. */
export const END: unique symbol = Symbol("end of body");

/** The body broke off. A body that fails never becomes a well-formed end on the other side. */
export class BodyFailure {
  readonly reason: ResetReason;
  constructor(reason: ResetReason) {
    this.reason = reason;
  }
}

export type BodyRead = Uint8Array | typeof END | BodyFailure;

/** A body to be pulled, one read at a time. An absent source is an absent body. */
export interface BodySource {
  /**
   * The next chunk (never empty), the end, or a failure; the last two are final and repeat. At most one read is outstanding.
   * A chunk is valid until the next `read`; whoever keeps it copies.
   */
  read(): MaybePromise<BodyRead>;
  /** Trailers, once the end was read. */
  trailers(): HeaderMap | undefined;
  /** Ends interest. Settles an outstanding read with a failure of this reason; later reads give the same. Idempotent. */
  cancel(reason: ResetReason): void;
  /**
   * Hands over the platform's own stream, once, if nothing was read yet; the caller then owns it and the source is spent.
   * `undefined` where there is none to hand over.
   */
  unwrap(): unknown;
}
