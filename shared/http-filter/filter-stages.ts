import { invariant } from "../base/invariant.ts";
import { isPromise, type MaybePromise } from "../base/maybe-promise.ts";
import type { ChunkQueue } from "../buffer/chunk-queue.ts";
import type { HeaderMap } from "../http/header-map.ts";
import type { Direction } from "./direction.ts";
import { FilterStage, Gate } from "./filter-stage.ts";
import { DataStatus, HeadersStatus, TrailersStatus } from "./filter-status.ts";
import type { HttpFilter } from "./http-filter.ts";

/** Who is told of every hook call. */
export interface HookOwner {
  enterHook(): void;
  /** Carries out what the hook asked for, and says whether the iteration goes on. */
  leaveHook(): boolean;
  onHookFailure(filterIndex: number, error: unknown): void;
}

const NO_HOOK = -1;

/**
 * The filters of one direction, by position: where they come in this direction. Calls their hooks, and keeps what is known of
 * each; a filter that only ever says `Continue` has nothing kept.
 */
export class FilterStages {
  readonly #direction: Direction;
  readonly #filters: readonly HttpFilter[];
  readonly #owner: HookOwner;
  #stages: (FilterStage | undefined)[] = [];
  #hookAt = NO_HOOK;

  constructor(direction: Direction, filters: readonly HttpFilter[], owner: HookOwner) {
    this.#direction = direction;
    this.#filters = filters;
    this.#owner = owner;
  }

  get count(): number {
    return this.#filters.length;
  }

  get inHook(): boolean {
    return this.#hookAt !== NO_HOOK;
  }

  /** Between the index of a filter in its chain and its position; the same both ways. */
  mirrored(indexOrPosition: number): number {
    return this.#direction.reversed ? this.count - 1 - indexOrPosition : indexOrPosition;
  }

  /** What is known of a filter, if it ever did anything but continue. */
  known(at: number): FilterStage | undefined {
    return this.#stages[at];
  }

  stage(at: number): FilterStage {
    const known = this.#stages[at];
    if (known !== undefined) return known;
    const stage = new FilterStage();
    this.#stages[at] = stage;
    return stage;
  }

  gateAt(at: number): Gate {
    return this.#stages[at]?.gate ?? Gate.Open;
  }

  /** Whether a hook of this filter runs, on the stack or as a promise. */
  isInside(at: number): boolean {
    return at === this.#hookAt || this.gateAt(at) === Gate.Pending;
  }

  isOnStack(at: number): boolean {
    return at === this.#hookAt;
  }

  /** Whether nothing of this filter has to be taken into account after a `Continue`. */
  isClear(at: number): boolean {
    return this.#stages[at]?.isClear ?? true;
  }

  /** Whether some filter wants nothing to be read. */
  isBlocked(bufferLimit: number): boolean {
    return this.#stages.some((stage) => stage?.blocksReading(bufferLimit) ?? false);
  }

  get highestKnown(): number {
    return this.#stages.length - 1;
  }

  watchesData(at: number): boolean {
    const filter = this.#attached(at);
    return filter !== undefined && this.#direction.watchesData(filter);
  }

  /** Whether any filter looks at what follows the headers. */
  watchesBody(): boolean {
    for (let at = 0; at < this.count; at++) {
      const filter = this.#attached(at);
      if (filter === undefined) continue;
      if (this.#direction.watchesData(filter) || this.#direction.watchesTrailers(filter)) return true;
    }
    return false;
  }

  forget(): void {
    this.#stages = [];
  }

  /** Calls a hook. `undefined`: the iteration ends here, because the hook failed or ended the message. */
  callHeaders(at: number, headers: HeaderMap, end: boolean): MaybePromise<HeadersStatus> | undefined {
    const filter = this.#attached(at);
    if (filter === undefined) return HeadersStatus.Continue;
    const outer = this.#enter(at);
    let status: MaybePromise<HeadersStatus> | undefined;
    try {
      status = this.#direction.onHeaders(filter, headers, end);
    } catch (error) {
      this.#owner.onHookFailure(this.mirrored(at), error);
    }
    return this.#leave(outer) ? status : disregard(status);
  }

  callData(at: number, data: ChunkQueue, end: boolean): MaybePromise<DataStatus> | undefined {
    const filter = this.#attached(at);
    if (filter === undefined) return DataStatus.Continue;
    if (end) this.stage(at).sawEnd = true;
    const outer = this.#enter(at);
    let status: MaybePromise<DataStatus> | undefined;
    try {
      status = this.#direction.onData(filter, data, end);
    } catch (error) {
      this.#owner.onHookFailure(this.mirrored(at), error);
    }
    return this.#leave(outer) ? status : disregard(status);
  }

  callTrailers(at: number, trailers: HeaderMap): MaybePromise<TrailersStatus> | undefined {
    const filter = this.#attached(at);
    if (filter === undefined) return TrailersStatus.Continue;
    const outer = this.#enter(at);
    let status: MaybePromise<TrailersStatus> | undefined;
    try {
      status = this.#direction.onTrailers(filter, trailers);
    } catch (error) {
      this.#owner.onHookFailure(this.mirrored(at), error);
    }
    return this.#leave(outer) ? status : disregard(status);
  }

  #attached(at: number): HttpFilter | undefined {
    if (this.#stages[at]?.detached === true) return undefined;
    return this.#filters[this.mirrored(at)];
  }

  #enter(at: number): number {
    invariant(
      at !== this.#hookAt,
      "a hook is not called again before it has returned; the pipeline parks what comes meanwhile",
    );
    const outer = this.#hookAt;
    this.#hookAt = at;
    this.#owner.enterHook();
    return outer;
  }

  #leave(outer: number): boolean {
    this.#hookAt = outer;
    return this.#owner.leaveHook();
  }
}

/** Drops a status that nobody waits for; a promise of it may still reject. */
function disregard(status: unknown): undefined {
  if (isPromise(status)) status.catch(() => undefined);
  return undefined;
}
