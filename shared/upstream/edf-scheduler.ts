/** Something to be scheduled; weights are positive. */
interface Weighted {
  readonly weight: number;
}

interface Entry<Item> {
  readonly item: Item;
  /** How often it was picked. Deadlines come from this number and not from each other, or errors would add up. */
  picks: number;
  deadline: number;
  order: number;
}

/**
 * Earliest deadline first: each item comes up in proportion to its weight, spread as evenly as can be, the same weights in turn.
 * The queue is a binary heap by deadline, then by the order of insertion. Source: Envoy `EdfScheduler`.
 */
export class EdfScheduler<Item extends Weighted> {
  readonly #heap: Entry<Item>[] = [];
  #orders = 0;

  /**
   * Begins as if `picks` had been made already, so that many proxies with the same items do not all begin with the same one. The
   * bulk of the picks is shared out by weight, so the cost does not depend on their number.
   */
  constructor(items: readonly Item[], picks: number) {
    const totalWeight = items.reduce((sum, { weight }) => sum + weight, 0);
    const past = items.map((item) => ({ item, picks: Math.floor((picks * item.weight) / totalWeight) }));
    // Who was picked longest ago was inserted first.
    past.sort((a, b) => a.picks / a.item.weight - b.picks / b.item.weight);
    let shared = 0;
    for (const entry of past) {
      shared += entry.picks;
      this.#push({ ...entry, deadline: (entry.picks + 1) / entry.item.weight, order: this.#orders++ });
    }
    for (; shared < picks && items.length > 0; shared++) this.pick();
  }

  /** The item whose turn it is; it goes back with its next deadline. */
  pick(): Item | undefined {
    const first = this.#heap[0];
    if (first === undefined) return undefined;
    first.picks += 1;
    first.deadline = (first.picks + 1) / first.item.weight;
    first.order = this.#orders++;
    this.#sink(0);
    return first.item;
  }

  #push(entry: Entry<Item>): void {
    const heap = this.#heap;
    heap.push(entry);
    for (let at = heap.length - 1; at > 0;) {
      const parent = (at - 1) >> 1;
      if (!this.#swapIfBefore(at, parent)) return;
      at = parent;
    }
  }

  #sink(from: number): void {
    for (let at = from; ;) {
      const left = 2 * at + 1;
      const child = this.#isBefore(left + 1, left) ? left + 1 : left;
      if (!this.#swapIfBefore(child, at)) return;
      at = child;
    }
  }

  #swapIfBefore(lower: number, upper: number): boolean {
    const [a, b] = [this.#heap[lower], this.#heap[upper]];
    if (a === undefined || b === undefined || !this.#isBefore(lower, upper)) return false;
    this.#heap[upper] = a;
    this.#heap[lower] = b;
    return true;
  }

  /** A place beyond the end comes before nothing. */
  #isBefore(first: number, second: number): boolean {
    const [a, b] = [this.#heap[first], this.#heap[second]];
    if (a === undefined || b === undefined) return false;
    return a.deadline < b.deadline || (a.deadline === b.deadline && a.order < b.order);
  }
}
