export interface Deadline {
  deadline: number;
  /** Decides between equal deadlines: who was inserted first is first. */
  order: number;
}

/** A binary heap, the earliest deadline on top. */
export class DeadlineHeap<Entry extends Deadline> {
  readonly #entries: Entry[] = [];

  get first(): Entry | undefined {
    return this.#entries[0];
  }

  push(entry: Entry): void {
    const entries = this.#entries;
    entries.push(entry);
    for (let at = entries.length - 1; at > 0;) {
      const parent = (at - 1) >> 1;
      if (!this.#swapIfBefore(at, parent)) return;
      at = parent;
    }
  }

  /** To be called when the deadline of the first has grown. */
  resettleFirst(): void {
    for (let at = 0; ;) {
      const left = 2 * at + 1;
      const child = this.#isBefore(left + 1, left) ? left + 1 : left;
      if (!this.#swapIfBefore(child, at)) return;
      at = child;
    }
  }

  #swapIfBefore(lower: number, upper: number): boolean {
    const [a, b] = [this.#entries[lower], this.#entries[upper]];
    if (a === undefined || b === undefined || !this.#isBefore(lower, upper)) return false;
    this.#entries[upper] = a;
    this.#entries[lower] = b;
    return true;
  }

  /** A place beyond the end comes before nothing. */
  #isBefore(first: number, second: number): boolean {
    const [a, b] = [this.#entries[first], this.#entries[second]];
    if (a === undefined || b === undefined) return false;
    return a.deadline < b.deadline || (a.deadline === b.deadline && a.order < b.order);
  }
}
