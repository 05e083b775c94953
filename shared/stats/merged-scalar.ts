import type { ThreadId } from "./slot-event.ts";
import { isTouched } from "./slot-pages.ts";
import type { StatValue } from "./stats-view.ts";

interface Slot {
  readonly page: Float64Array;
  readonly start: number;
  /** Its value when the counters were last reset. */
  base: number;
}

/** A counter or gauge of several threads. */
export class MergedScalar {
  readonly #name: string;
  readonly #takesMax: boolean;
  readonly #slots = new Map<ThreadId, Slot>();
  #retired = 0;
  #wasUsed = false;

  constructor(name: string, takesMax: boolean) {
    this.#name = name;
    this.#takesMax = takesMax;
  }

  get hasThreads(): boolean {
    return this.#slots.size > 0;
  }

  bind(thread: ThreadId, page: Float64Array, { start }: { readonly start: number }): void {
    this.#slots.set(thread, { page, start, base: 0 });
  }

  drop(thread: ThreadId, keep: boolean): void {
    const slot = this.#slots.get(thread);
    if (slot === undefined) return;
    this.#slots.delete(thread);
    if (!keep) return;
    this.#wasUsed ||= isTouched(raw(slot));
    this.#retired += raw(slot) - slot.base;
  }

  reset(): void {
    this.#retired = 0;
    for (const slot of this.#slots.values()) slot.base = raw(slot);
  }

  read(): StatValue {
    const slots = [...this.#slots.values()];
    const values = slots.map((slot) => raw(slot) - slot.base);
    const value = this.#takesMax ? Math.max(...values) : values.reduce((sum, each) => sum + each, this.#retired);
    return { name: this.#name, value: value + 0, used: this.#wasUsed || slots.some((slot) => isTouched(raw(slot))) };
  }
}

function raw({ page, start }: Slot): number {
  return page[start] ?? 0;
}
