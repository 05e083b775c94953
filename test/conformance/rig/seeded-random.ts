/** Reproducible draws: the same seed and label give the same sequence on every machine. */
export class SeededRandom {
  #state: number;

  constructor(seed: number, label: string) {
    this.#state = seed;
    for (const character of label) this.#state = Math.imul(this.#state ^ (character.codePointAt(0) ?? 0), 0x01000193);
  }

  /** A number in [0, 1): mulberry32. */
  next(): number {
    this.#state = (this.#state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), 1 | this.#state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  }

  below(limit: number): number {
    return Math.floor(this.next() * limit);
  }

  chance(probability: number): boolean {
    return this.next() < probability;
  }

  /** One of the items; the fallback where there are none. */
  pick<T>(items: readonly T[], fallback: T): T {
    return items[this.below(items.length)] ?? fallback;
  }
}
