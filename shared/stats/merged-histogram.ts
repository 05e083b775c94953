import { Distribution } from "./distribution.ts";
import { binsInPart } from "./log-linear.ts";
import type { ThreadId } from "./slot-event.ts";
import { isTouched } from "./slot-pages.ts";
import type { HistogramUnit } from "./stats-scope.ts";
import type { HistogramValue } from "./stats-view.ts";

interface Part {
  readonly page: Float64Array;
  readonly start: number;
  readonly part: number;
}

/** The part number of the slot with the sum of all values. */
const SUM = -1;

/** A histogram of several threads. */
export class MergedHistogram {
  readonly #name: string;
  readonly #unit: HistogramUnit;
  readonly #shares = new Map<ThreadId, Part[]>();
  #retired = new Distribution();
  #latched = new Distribution();
  #interval = new Distribution();
  #wasUsed = false;

  constructor(name: string, unit: HistogramUnit) {
    this.#name = name;
    this.#unit = unit;
  }

  get hasThreads(): boolean {
    return this.#shares.size > 0;
  }

  bind(thread: ThreadId, page: Float64Array, place: { readonly start: number; readonly part: number }): void {
    const share = this.#shares.get(thread) ?? [];
    this.#shares.set(thread, share);
    share.push({ page, start: place.start, part: place.part });
  }

  drop(thread: ThreadId, keep: boolean): void {
    const share = this.#shares.get(thread);
    if (share === undefined) return;
    this.#shares.delete(thread);
    if (!keep) return;
    this.#wasUsed ||= isUsed(share);
    this.#retired = this.#retired.plus(distributionOf(share));
  }

  latch(): void {
    const now = this.#cumulative();
    this.#interval = now.minus(this.#latched);
    this.#latched = now;
  }

  read(): HistogramValue {
    return {
      name: this.#name,
      unit: this.#unit,
      used: this.#wasUsed || [...this.#shares.values()].some(isUsed),
      cumulative: this.#cumulative(),
      interval: this.#interval,
    };
  }

  #cumulative(): Distribution {
    let total = this.#retired;
    for (const share of this.#shares.values()) total = total.plus(distributionOf(share));
    return total;
  }
}

function distributionOf(parts: readonly Part[]): Distribution {
  const distribution = new Distribution();
  for (const { page, start, part } of parts) {
    if (part === SUM) distribution.addSum(page[start] ?? 0);
    else distribution.addPart(part, page.subarray(start, start + binsInPart(part)));
  }
  return distribution;
}

function isUsed(parts: readonly Part[]): boolean {
  return parts.some(({ page, start, part }) => part === SUM && isTouched(page[start] ?? 0));
}
