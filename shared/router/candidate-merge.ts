/**
 * Goes through several ascending lists of positions as if they were one. Made once and used again for every look-up, so that a
 * look-up allocates nothing; a look-up is over before the next begins.
 */
export class CandidateMerge {
  readonly #lists: (readonly number[])[] = [];
  readonly #cursors: number[] = [];
  #count = 0;

  clear(): void {
    this.#count = 0;
  }

  /** `positions` ascend and are in no other list. */
  add(positions: readonly number[]): void {
    if (positions.length === 0) return;
    this.#lists[this.#count] = positions;
    this.#cursors[this.#count] = 0;
    this.#count += 1;
  }

  /** The next higher position, or -1. */
  next(): number {
    let lowest = -1;
    let from = 0;
    for (let list = 0; list < this.#count; list++) {
      const position = this.#lists[list]?.[this.#cursors[list] ?? 0] ?? -1;
      if (position < 0 || (lowest >= 0 && position > lowest)) continue;
      lowest = position;
      from = list;
    }
    if (lowest >= 0) this.#cursors[from] = (this.#cursors[from] ?? 0) + 1;
    return lowest;
  }
}
