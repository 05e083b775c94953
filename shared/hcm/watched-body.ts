import { isPromise, type MaybePromise } from "../base/maybe-promise.ts";
import type { BodyRead, BodySource } from "../http/body-source.ts";
import type { HeaderMap } from "../http/header-map.ts";
import type { ResetReason } from "../http/reset-reason.ts";

/** Who is told what becomes of a body. */
export interface BodyWatcher {
  onRead(read: BodyRead): void;
  /** From now on nobody sees the body move. */
  onHandOver(): void;
}

/** Passes a body through unchanged, and tells of everything that is read of it. */
export class WatchedBody implements BodySource {
  readonly #source: BodySource;
  readonly #watcher: BodyWatcher;

  constructor(source: BodySource, watcher: BodyWatcher) {
    this.#source = source;
    this.#watcher = watcher;
  }

  read(): MaybePromise<BodyRead> {
    const read = this.#source.read();
    return isPromise(read) ? read.then(this.#tell) : this.#tell(read);
  }

  trailers(): HeaderMap | undefined {
    return this.#source.trailers();
  }

  cancel(reason: ResetReason): void {
    this.#source.cancel(reason);
  }

  unwrap(): unknown {
    const native = this.#source.unwrap();
    if (native !== undefined) this.#watcher.onHandOver();
    return native;
  }

  readonly #tell = (read: BodyRead): BodyRead => {
    this.#watcher.onRead(read);
    return read;
  };
}
