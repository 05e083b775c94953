import { binOf } from "./log-linear.ts";
import type { SlotRange } from "./slot-pages.ts";
import type { Counter, Gauge, Histogram } from "./stats-scope.ts";

export class SlotCounter implements Counter {
  readonly #slot: SlotRange;

  constructor(slot: SlotRange) {
    this.#slot = slot;
  }

  get value(): number {
    return this.#slot.get(0) + 0;
  }

  inc(): void {
    this.#slot.add(0, 1);
  }

  add(amount: number): void {
    this.#slot.add(0, amount);
  }
}

export class SlotGauge implements Gauge {
  readonly #slot: SlotRange;

  constructor(slot: SlotRange) {
    this.#slot = slot;
  }

  get value(): number {
    return this.#slot.get(0) + 0;
  }

  inc(): void {
    this.#slot.add(0, 1);
  }

  dec(): void {
    this.#slot.add(0, -1);
  }

  add(amount: number): void {
    this.#slot.add(0, amount);
  }

  sub(amount: number): void {
    this.#slot.add(0, -amount);
  }

  set(value: number): void {
    this.#slot.set(0, value);
  }
}

/** Takes slots for a decade only when a value first falls into it: most histograms see two or three. */
export class SlotHistogram implements Histogram {
  readonly #sum: SlotRange;
  readonly #parts: (SlotRange | undefined)[] = [];
  readonly #allocatePart: (part: number) => SlotRange;

  constructor(sum: SlotRange, allocatePart: (part: number) => SlotRange) {
    this.#sum = sum;
    this.#allocatePart = allocatePart;
  }

  record(value: number): void {
    const whole = value > 0 ? Math.floor(value) : 0;
    const { part, offset } = binOf(whole);
    this.#sum.add(0, whole);
    this.#part(part).add(offset, 1);
  }

  #part(part: number): SlotRange {
    const known = this.#parts[part];
    if (known !== undefined) return known;
    const fresh = this.#allocatePart(part);
    this.#parts[part] = fresh;
    return fresh;
  }
}
