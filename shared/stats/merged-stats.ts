import { MergedHistogram } from "./merged-histogram.ts";
import { MergedScalar } from "./merged-scalar.ts";
import type { SlotBinding, SlotEvent, StatKind, ThreadId } from "./slot-event.ts";
import type { HistogramValue, StatsView, StatValue } from "./stats-view.ts";

/** What every kind of merged statistic can do about its threads. */
interface Merged {
  bind(thread: ThreadId, page: Float64Array, binding: SlotBinding): void;
  /** Forgets the thread; `keep` adds what it counted to what remains. */
  drop(thread: ThreadId, keep: boolean): void;
  readonly hasThreads: boolean;
}

/**
 * Reads the statistics of several {@link StatsStore}s as one. It learns which slots mean what from events, and values from the
 * pages themselves whenever someone looks, so a number is never older than the look. A slot that was given up and taken again may
 * for the length of one message show under its former name.
 */
export class MergedStats implements StatsView {
  readonly #pages = new Map<ThreadId, Float64Array[]>();
  readonly #stats = {
    counter: new Map<string, MergedScalar>(),
    gauge: new Map<string, MergedScalar>(),
    histogram: new Map<string, MergedHistogram>(),
  } as const;

  /** Must come before the thread's first events. */
  addThread(thread: ThreadId): void {
    this.#pages.set(thread, []);
  }

  /** Takes over what a store reported. Events of a thread that is not (or no longer) known are dropped: they were under way. */
  apply(thread: ThreadId, events: readonly SlotEvent[]): void {
    const pages = this.#pages.get(thread);
    if (pages === undefined) return;
    for (const event of events) this.#applyOne(thread, pages, event);
  }

  /**
   * Forgets a thread that ended. With `keepCounters` what it counted and recorded stays in the totals, which must not go back; its
   * gauges are gone either way, for what they measured ended with it.
   */
  removeThread(thread: ThreadId, options: { readonly keepCounters: boolean }): void {
    this.#pages.delete(thread);
    for (const [kind, stats] of this.#all()) {
      const keep = options.keepCounters && kind !== "gauge";
      for (const name of stats.keys()) drop(stats, name, { thread, keep });
    }
  }

  /**
   * Counters read 0 from now on; gauges and histograms stay, as in Envoy. The writers notice nothing: what a counter has now is
   * subtracted from then on.
   */
  resetCounters(): void {
    for (const counter of this.#stats.counter.values()) counter.reset();
  }

  /** Ends a flush interval: what was recorded since the last call becomes the interval that histograms show. */
  latchIntervals(): void {
    for (const histogram of this.#stats.histogram.values()) histogram.latch();
  }

  counters(): readonly StatValue[] {
    return sortedValues(this.#stats.counter);
  }

  gauges(): readonly StatValue[] {
    return sortedValues(this.#stats.gauge);
  }

  histograms(): readonly HistogramValue[] {
    return sortedValues(this.#stats.histogram);
  }

  #applyOne(thread: ThreadId, pages: Float64Array[], event: SlotEvent): void {
    switch (event.kind) {
      case "page":
        pages[event.index] = event.slots;
        return;
      case "bind": {
        const page = pages[event.page];
        if (page !== undefined) this.#merged(event).bind(thread, page, event);
        return;
      }
      case "release":
        drop(this.#stats[event.stat], event.name, { thread, keep: false });
    }
  }

  #merged({ stat, name, detail }: SlotBinding): Merged {
    if (stat !== "histogram") return obtain(this.#stats[stat], name, () => new MergedScalar(name, detail === "max"));
    const unit = detail === "sum" || detail === "max" ? "count" : detail;
    return obtain(this.#stats.histogram, name, () => new MergedHistogram(name, unit));
  }

  #all(): readonly (readonly [StatKind, Map<string, Merged>])[] {
    const { counter, gauge, histogram } = this.#stats;
    return [
      ["counter", counter],
      ["gauge", gauge],
      ["histogram", histogram],
    ];
  }
}

function obtain<Stat>(stats: Map<string, Stat>, name: string, create: () => Stat): Stat {
  const known = stats.get(name) ?? create();
  stats.set(name, known);
  return known;
}

/** A name that its last thread gave up is gone; one whose last thread died stays, if what it counted is kept. */
function drop(
  stats: Map<string, Merged>,
  name: string,
  how: { readonly thread: ThreadId; readonly keep: boolean },
): void {
  const stat = stats.get(name);
  if (stat === undefined) return;
  stat.drop(how.thread, how.keep);
  if (!stat.hasThreads && !how.keep) stats.delete(name);
}

function sortedValues<Value>(stats: ReadonlyMap<string, { read(): Value }>): readonly Value[] {
  const sorted = [...stats].toSorted(([a], [b]) => (a < b ? -1 : 1));
  return sorted.map(([, stat]) => stat.read());
}
