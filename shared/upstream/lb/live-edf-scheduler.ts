import { type Deadline, DeadlineHeap } from "../deadline-heap.ts";

interface Entry<Item> extends Deadline {
  readonly item: Item;
}

/**
 * Earliest deadline first, for weights that change all the time: an item's weight counts when the item goes back into the queue.
 * Source: Envoy `EdfScheduler::pickAndAdd`.
 */
export class LiveEdfScheduler<Item> {
  readonly #weightOf: (item: Item) => number;
  readonly #heap = new DeadlineHeap<Entry<Item>>();
  #orders = 0;

  /** Begins as if `picks` had been made already. Weights are positive. */
  constructor(items: readonly Item[], weightOf: (item: Item) => number, picks: number) {
    this.#weightOf = weightOf;
    for (const item of items) this.#heap.push({ item, deadline: 1 / weightOf(item), order: this.#orders++ });
    for (let made = 0; made < picks; made++) this.pick();
  }

  pick(): Item | undefined {
    const { first } = this.#heap;
    if (first === undefined) return undefined;
    first.deadline += 1 / this.#weightOf(first.item);
    first.order = this.#orders++;
    this.#heap.resettleFirst();
    return first.item;
  }
}
