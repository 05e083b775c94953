import { invariant } from "../../../base/invariant.ts";
import { isPromise, type MaybePromise } from "../../../base/maybe-promise.ts";
import { BodyFailure, type BodyRead, type BodySource, END } from "../../../http/body-source.ts";
import type { HeaderMap } from "../../../http/header-map.ts";
import type { ResetReason } from "../../../http/reset-reason.ts";

export interface SharedBodyOptions {
  readonly source: BodySource;
  /** Bytes that are kept at most, for readers that begin later or lag behind. */
  readonly limitBytes: number;
  /** More than the limit would have to be kept: from now on nobody can begin at the beginning. */
  readonly onOverflow: () => void;
  /** The source came to its regular end. */
  readonly onEnd: () => void;
}

/**
 * One request body for several upstream requests: attempts one after the other or side by side, and mirrors. It is read as
 * attempts read it; what they have read is kept, so that another one can begin at the beginning, until {@link keepNothing} or
 * until more than the limit would have to be kept. Mirrors follow: they wait for attempts, and one that lags behind by more than
 * the limit is cut off.
 */
export class SharedBody {
  readonly #options: SharedBodyOptions;
  /** From the beginning, or from where the slowest reader is. */
  readonly #kept: Uint8Array[] = [];
  #keptBytes = 0;
  /** Chunks before the first kept one. */
  #dropped = 0;
  #keepsAll = true;
  /** Of attempts. */
  #readers: Reader[] = [];
  #followers: Reader[] = [];
  #end: typeof END | BodyFailure | undefined;
  #pulling: Promise<void> | undefined;
  /** Followers that have all there is so far. */
  #waiting: (() => void)[] = [];

  constructor(options: SharedBodyOptions) {
    this.#options = options;
  }

  /** Whether another reader may still begin. */
  get canOpen(): boolean {
    return this.#keepsAll;
  }

  /** A reader that begins at the beginning. */
  open(): BodySource {
    invariant(this.#keepsAll, "who opens a body has seen that its beginning is still there");
    const reader = new Reader(this, { follows: false });
    this.#readers.push(reader);
    return reader;
  }

  /** A reader for a mirror. */
  follow(): BodySource {
    const follower = new Reader(this, { follows: true });
    this.#followers.push(follower);
    return follower;
  }

  /** Nobody will begin any more: what all readers have read is let go. */
  keepNothing(): void {
    this.#keepsAll = false;
    this.#forget();
  }

  /** Nobody is interested any more. */
  cancel(reason: ResetReason): void {
    if (this.#end !== undefined) return;
    this.#end = new BodyFailure(reason);
    this.#options.source.cancel(reason);
    this.#wake();
  }

  /** For readers: the chunk at a position, the end, or `undefined` before it was read. */
  at(position: number): BodyRead | undefined {
    return this.#kept[position - this.#dropped] ?? this.#end;
  }

  /** For followers: until there may be more. */
  more(): Promise<void> {
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  /** For readers: reads one more chunk from the source; several readers that wait share it. */
  pull(): MaybePromise<void> {
    if (this.#pulling !== undefined) return this.#pulling;
    const read = this.#options.source.read();
    if (!isPromise(read)) return this.#take(read);
    this.#pulling = read.then((settled) => {
      this.#pulling = undefined;
      this.#take(settled);
    });
    return this.#pulling;
  }

  trailers(): HeaderMap | undefined {
    return this.#options.source.trailers();
  }

  /** For readers: they moved on. */
  onMoved(): void {
    if (!this.#keepsAll) this.#forget();
  }

  /** For readers: they ended. */
  remove(reader: Reader): void {
    this.#readers = this.#readers.filter((other) => other !== reader);
    this.#followers = this.#followers.filter((other) => other !== reader);
    if (!this.#keepsAll) this.#forget();
  }

  #take(read: BodyRead): void {
    if (read === END || read instanceof BodyFailure) {
      this.#end = read;
      if (read === END) this.#options.onEnd();
      return this.#wake();
    }
    // The source may use the memory again with its next read.
    this.#kept.push(read.slice());
    this.#keptBytes += read.length;
    if (this.#keptBytes > this.#options.limitBytes) this.#overflow();
    this.#wake();
  }

  #overflow(): void {
    const keptAll = this.#keepsAll;
    this.keepNothing();
    const slow = this.#cutOffFollowers();
    if (keptAll || slow > 0) this.#options.onOverflow();
  }

  /** The slowest first, until what the others need is within the limit. */
  #cutOffFollowers(): number {
    let count = 0;
    for (const follower of this.#followers.toSorted((a, b) => a.position - b.position)) {
      if (this.#keptBytes <= this.#options.limitBytes) break;
      follower.cutOff();
      count += 1;
    }
    return count;
  }

  #forget(): void {
    const slowest = Math.min(...[...this.#readers, ...this.#followers].map(({ position }) => position));
    while (this.#dropped < slowest && this.#kept.length > 0) {
      this.#keptBytes -= this.#kept.shift()?.length ?? 0;
      this.#dropped += 1;
    }
  }

  #wake(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const resume of waiting) resume();
  }
}

/** One upstream request's view of the body. */
class Reader implements BodySource {
  /** The chunk that is read next, counted from the beginning. */
  position = 0;
  readonly #body: SharedBody;
  readonly #follows: boolean;
  #failure: BodyFailure | undefined;
  #settle: ((failure: BodyFailure) => void) | undefined;

  constructor(body: SharedBody, { follows }: { readonly follows: boolean }) {
    this.#body = body;
    this.#follows = follows;
  }

  read(): MaybePromise<BodyRead> {
    const known = this.#known();
    if (known !== undefined) return known;
    const pulled = this.#follows ? this.#body.more() : this.#body.pull();
    if (!isPromise(pulled)) return this.read();
    return new Promise((resolve) => {
      this.#settle = resolve;
      void pulled.then(() => {
        this.#settle = undefined;
        resolve(this.read());
      });
    });
  }

  trailers(): HeaderMap | undefined {
    return this.#body.trailers();
  }

  /** The body itself goes on: others may read it. */
  cancel(reason: ResetReason): void {
    if (this.#failure !== undefined) return;
    this.#failure = new BodyFailure(reason);
    this.#body.remove(this);
    this.#settle?.(this.#failure);
  }

  /** It lags behind by more than is kept. */
  cutOff(): void {
    this.cancel("local reset");
  }

  unwrap(): undefined {
    return undefined;
  }

  #known(): BodyRead | undefined {
    if (this.#failure !== undefined) return this.#failure;
    const read = this.#body.at(this.position);
    if (!(read instanceof Uint8Array)) return read;
    this.position += 1;
    this.#body.onMoved();
    return read;
  }
}
