import { type Deadline, DeadlineHeap } from "./deadline-heap.ts";

/** Something to be scheduled; weights are positive. */
interface Weighted {
  readonly weight: number;
}

interface Entry<Item> extends Deadline {
  readonly item: Item;
  /** How often it was picked. Deadlines come from this number and not from each other, or errors would add up. */
  picks: number;
}

/**
 * Earliest deadline first: each item comes up in proportion to its weight, spread as evenly as can be, the same weights in turn.
 * Source: Envoy `EdfScheduler`.
 */
export class EdfScheduler<Item extends Weighted> {
  readonly #heap = new DeadlineHeap<Entry<Item>>();
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
      this.#heap.push({ ...entry, deadline: (entry.picks + 1) / entry.item.weight, order: this.#orders++ });
    }
    for (; shared < picks && items.length > 0; shared++) this.pick();
  }

  /** The item whose turn it is; it goes back with its next deadline. */
  pick(): Item | undefined {
    const { first } = this.#heap;
    if (first === undefined) return undefined;
    first.picks += 1;
    first.deadline = (first.picks + 1) / first.item.weight;
    first.order = this.#orders++;
    this.#heap.resettleFirst();
    return first.item;
  }
}
