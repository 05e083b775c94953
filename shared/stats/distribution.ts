import { binBounds, binsInPart } from "./log-linear.ts";

/** One bin that is not empty. */
export interface DistributionBin {
  readonly lower: number;
  readonly width: number;
  readonly count: number;
}

/** How often each value was recorded, to two significant digits (`log-linear.ts`). */
export class Distribution {
  readonly #parts = new Map<number, Float64Array>();
  #sum = 0;

  /** The exact sum of all values. Envoy estimates it from the bins. */
  get sum(): number {
    return this.#sum;
  }

  get count(): number {
    return this.bins().reduce((total, bin) => total + bin.count, 0);
  }

  addSum(amount: number): void {
    this.#sum += amount;
  }

  /** Adds the counts of one part's bins, `sign` times. */
  addPart(part: number, counts: Float64Array, sign: 1 | -1 = 1): void {
    const own = this.#parts.get(part) ?? new Float64Array(binsInPart(part));
    this.#parts.set(part, own);
    counts.forEach((count, offset) => {
      own[offset] = Math.max(0, (own[offset] ?? 0) + sign * count);
    });
  }

  plus(other: Distribution): Distribution {
    return this.#combine(other, 1);
  }

  /** What came on top of `other`, an earlier state of this; never less than nothing. */
  minus(other: Distribution): Distribution {
    return this.#combine(other, -1);
  }

  /** In ascending order. */
  bins(): DistributionBin[] {
    const found: DistributionBin[] = [];
    for (const part of [...this.#parts.keys()].toSorted((a, b) => a - b)) {
      this.#parts.get(part)?.forEach((count, offset) => {
        if (count > 0) found.push({ ...binBounds({ part, offset }), count });
      });
    }
    return found;
  }

  #combine(other: Distribution, sign: 1 | -1): Distribution {
    const combined = new Distribution();
    combined.#sum = Math.max(0, this.#sum + sign * other.#sum);
    for (const [part, counts] of this.#parts) combined.addPart(part, counts);
    for (const [part, counts] of other.#parts) combined.addPart(part, counts, sign);
    return combined;
  }
}
