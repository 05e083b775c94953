import { binsInPart } from "./log-linear.ts";
import type { SlotBinding, SlotEvent, StatKind } from "./slot-event.ts";
import { SlotAllocator, SlotRange, type SlotPages } from "./slot-pages.ts";
import { SlotCounter, SlotGauge, SlotHistogram } from "./slot-stats.ts";
import { joinStatName } from "./stat-name.ts";
import type { Counter, Gauge, GaugeMerge, Histogram, HistogramUnit, StatsScope } from "./stats-scope.ts";

export interface StatsStoreOptions {
  readonly pages: SlotPages;
  /**
   * Called when {@link StatsStore.takeEvents} has something after it had nothing: the host then arranges for a message, once for
   * however many statistics follow. It must not take the events from within the call.
   */
  readonly onEvents?: () => void;
}

/** A statistic with its slots, and how many scopes name it. */
interface Entry<Handle> {
  readonly handle: Handle;
  readonly ranges: SlotRange[];
  holders: number;
}

type Identity = Pick<SlotBinding, "stat" | "name" | "detail">;

/** Makes statistics on behalf of scopes; each call counts one more holder. */
interface StatRegistry {
  counter(name: string): Counter;
  gauge(name: string, merge: GaugeMerge): Gauge;
  histogram(name: string, unit: HistogramUnit): Histogram;
  drop(stat: StatKind, name: string): void;
}

/**
 * The statistics that one thread writes. Values are read through `MergedStats`, on the same thread or another; there is no lock and
 * no message per update, because every slot has one writer.
 */
export class StatsStore implements StatsScope {
  readonly #root: Scope;
  #events: SlotEvent[] = [];

  constructor(options: StatsStoreOptions) {
    const emit = (event: SlotEvent): void => {
      this.#events.push(event);
      if (this.#events.length === 1) options.onEvents?.();
    };
    this.#root = new Scope(new Registry(options.pages, emit), "");
  }

  counter(name: string): Counter {
    return this.#root.counter(name);
  }

  gauge(name: string, merge?: GaugeMerge): Gauge {
    return this.#root.gauge(name, merge);
  }

  histogram(name: string, unit: HistogramUnit): Histogram {
    return this.#root.histogram(name, unit);
  }

  scope(prefix: string): StatsScope {
    return this.#root.scope(prefix);
  }

  release(): void {
    this.#root.release();
  }

  /** What happened since the last call, in order, for `MergedStats.apply`. */
  takeEvents(): readonly SlotEvent[] {
    const taken = this.#events;
    this.#events = [];
    return taken;
  }
}

class Registry implements StatRegistry {
  readonly #entries = {
    counter: new Map<string, Entry<Counter>>(),
    gauge: new Map<string, Entry<Gauge>>(),
    histogram: new Map<string, Entry<Histogram>>(),
  } as const;
  readonly #allocator: SlotAllocator;
  readonly #emit: (event: SlotEvent) => void;

  constructor(pages: SlotPages, emit: (event: SlotEvent) => void) {
    this.#emit = emit;
    this.#allocator = new SlotAllocator(pages, (index, slots) => emit({ kind: "page", index, slots }));
  }

  counter(name: string): Counter {
    return hold(this.#entries.counter, name, () => {
      const slot = this.#bind({ stat: "counter", name, detail: "sum" }, 0, 1);
      return { handle: new SlotCounter(slot), ranges: [slot], holders: 0 };
    });
  }

  gauge(name: string, merge: GaugeMerge): Gauge {
    return hold(this.#entries.gauge, name, () => {
      const slot = this.#bind({ stat: "gauge", name, detail: merge }, 0, 1);
      return { handle: new SlotGauge(slot), ranges: [slot], holders: 0 };
    });
  }

  histogram(name: string, unit: HistogramUnit): Histogram {
    return hold(this.#entries.histogram, name, () => this.#createHistogram({ stat: "histogram", name, detail: unit }));
  }

  drop(stat: StatKind, name: string): void {
    const entries: Map<string, Entry<unknown>> = this.#entries[stat];
    const entry = entries.get(name);
    if (entry === undefined) return;
    entry.holders -= 1;
    if (entry.holders > 0) return;
    entries.delete(name);
    for (const range of entry.ranges) this.#allocator.release(range);
    this.#emit({ kind: "release", stat, name });
  }

  #createHistogram(identity: Identity): Entry<Histogram> {
    const sum = this.#bind(identity, -1, 1);
    const ranges = [sum];
    const allocatePart = (part: number): SlotRange => {
      // A histogram that was released meanwhile has no name to bind to: it counts on where nobody reads.
      if (this.#entries.histogram.get(identity.name) !== entry) return SlotRange.detached(binsInPart(part));
      const range = this.#bind(identity, part, binsInPart(part));
      ranges.push(range);
      return range;
    };
    const entry: Entry<Histogram> = { handle: new SlotHistogram(sum, allocatePart), ranges, holders: 0 };
    return entry;
  }

  #bind(identity: Identity, part: number, length: number): SlotRange {
    const range = this.#allocator.allocate(length);
    this.#emit({ kind: "bind", ...identity, part, page: range.pageIndex, start: range.start });
    return range;
  }
}

class Scope implements StatsScope {
  readonly #registry: StatRegistry;
  readonly #prefix: string;
  readonly #counters = new Map<string, Counter>();
  readonly #gauges = new Map<string, Gauge>();
  readonly #histograms = new Map<string, Histogram>();
  readonly #parent: Scope | undefined;
  readonly #children = new Set<Scope>();

  constructor(registry: StatRegistry, prefix: string, parent?: Scope) {
    this.#registry = registry;
    this.#prefix = prefix;
    this.#parent = parent;
  }

  counter(name: string): Counter {
    return once(this.#counters, this.#join(name), (full) => this.#registry.counter(full));
  }

  gauge(name: string, merge: GaugeMerge = "sum"): Gauge {
    return once(this.#gauges, this.#join(name), (full) => this.#registry.gauge(full, merge));
  }

  histogram(name: string, unit: HistogramUnit): Histogram {
    return once(this.#histograms, this.#join(name), (full) => this.#registry.histogram(full, unit));
  }

  scope(prefix: string): StatsScope {
    const child = new Scope(this.#registry, this.#join(prefix), this);
    this.#children.add(child);
    return child;
  }

  release(): void {
    if (this.#parent !== undefined) this.#parent.#children.delete(this);
    for (const child of this.#children) child.release();
    this.#dropAll("counter", this.#counters);
    this.#dropAll("gauge", this.#gauges);
    this.#dropAll("histogram", this.#histograms);
  }

  #join(name: string): string {
    return joinStatName(this.#prefix, name);
  }

  #dropAll(stat: StatKind, held: Map<string, unknown>): void {
    for (const name of held.keys()) this.#registry.drop(stat, name);
    held.clear();
  }
}

function once<Handle>(held: Map<string, Handle>, name: string, acquire: (name: string) => Handle): Handle {
  const known = held.get(name);
  if (known !== undefined) return known;
  const handle = acquire(name);
  held.set(name, handle);
  return handle;
}

function hold<Handle>(entries: Map<string, Entry<Handle>>, name: string, create: () => Entry<Handle>): Handle {
  const known = entries.get(name) ?? create();
  entries.set(name, known);
  known.holders += 1;
  return known.handle;
}
