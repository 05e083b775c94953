import fc from "fast-check";
import { describe, it } from "vitest";
import { MergedStats } from "../../../shared/stats/merged-stats.ts";
import { localPages } from "../../../shared/stats/slot-pages.ts";
import { StatsStore } from "../../../shared/stats/stats-store.ts";

interface Process {
  readonly merged: MergedStats;
  readonly stores: readonly StatsStore[];
  /** Delivers every store's news. */
  readonly deliver: () => void;
}

function startThreads(count: number): Process {
  const merged = new MergedStats();
  const stores = Array.from({ length: count }, () => new StatsStore({ pages: localPages }));
  stores.forEach((_, thread) => merged.addThread(thread));
  const deliver = (): void => stores.forEach((store, thread) => merged.apply(thread, store.takeEvents()));
  return { merged, stores, deliver };
}

describe("MergedStats", () => {
  it("sums counters and gauges by name and takes the greatest where every thread holds the same", ({ expect }) => {
    const { merged, stores, deliver } = startThreads(3);
    stores.forEach((store, thread) => {
      store.counter("rq").add(thread + 1);
      store.gauge("active").set(10);
      store.gauge("members", "max").set(4);
    });
    deliver();
    expect(merged.counters()).toEqual([{ name: "rq", value: 6, used: true }]);
    expect(merged.gauges().map(({ name, value }) => [name, value])).toEqual([
      ["active", 30],
      ["members", 4],
    ]);
  });

  it("sees updates without any further event", ({ expect }) => {
    const { merged, stores, deliver } = startThreads(2);
    const counters = stores.map((store) => store.counter("rq"));
    deliver();
    for (const counter of counters) counter.add(21);
    expect(merged.counters()[0]?.value).toBe(42);
  });

  it("keeps what a dead thread counted and forgets its gauges", ({ expect }) => {
    const { merged, stores, deliver } = startThreads(2);
    for (const store of stores) {
      store.counter("rq").add(5);
      store.gauge("active").set(2);
      store.histogram("time", "ms").record(30);
    }
    stores[0]?.counter("only_here").inc();
    deliver();
    merged.removeThread(0, { keepCounters: true });
    expect(merged.counters().map(({ name, value }) => [name, value])).toEqual([
      ["only_here", 1],
      ["rq", 10],
    ]);
    expect(merged.gauges()).toEqual([{ name: "active", value: 2, used: true }]);
    expect(merged.histograms()[0]?.cumulative.count).toBe(2);
    stores[1]?.release();
    deliver();
    expect(merged.counters().map(({ name }) => name)).toEqual(["only_here"]);
  });

  it("forgets all of a thread that is removed without keeping", ({ expect }) => {
    const { merged, stores, deliver } = startThreads(1);
    stores[0]?.counter("rq").inc();
    deliver();
    merged.removeThread(0, { keepCounters: false });
    expect(merged.counters()).toEqual([]);
  });

  it("drops events of a thread that ended before they arrived", ({ expect }) => {
    const { merged, stores, deliver } = startThreads(1);
    stores[0]?.counter("late").inc();
    merged.removeThread(0, { keepCounters: true });
    deliver();
    expect(merged.counters()).toEqual([]);
  });

  it("resetCounters zeroes counters only, for good, and keeps them used", ({ expect }) => {
    const { merged, stores, deliver } = startThreads(2);
    const [first, second] = stores.map((store) => store.counter("rq"));
    stores[0]?.gauge("active").set(3);
    stores[0]?.histogram("time", "ms").record(1);
    first?.add(4);
    second?.add(5);
    deliver();
    merged.resetCounters();
    expect(merged.counters()).toEqual([{ name: "rq", value: 0, used: true }]);
    first?.inc();
    merged.removeThread(0, { keepCounters: true });
    expect(merged.counters()[0]?.value).toBe(1);
    expect(merged.histograms()[0]?.cumulative.count).toBe(1);
  });

  it("latchIntervals shows what was recorded between the last two calls", ({ expect }) => {
    const { merged, stores, deliver } = startThreads(2);
    const times = stores.map((store) => store.histogram("time", "ms"));
    const interval = (): number | undefined => merged.histograms()[0]?.interval.count;
    for (const time of times) time.record(1);
    deliver();
    expect(interval()).toBe(0);
    merged.latchIntervals();
    expect(interval()).toBe(2);
    times[0]?.record(700);
    expect(interval()).toBe(2);
    deliver();
    merged.latchIntervals();
    expect(interval()).toBe(1);
    expect(merged.histograms()[0]?.cumulative.sum).toBe(702);
  });

  it("equals a plain model under random operations, deliveries and deaths", ({ expect }) => {
    const names = fc.constantFrom("a", "b", "c");
    const thread = fc.nat({ max: 2 });
    const amount = fc.nat({ max: 2 ** 33 });
    const operation = fc.oneof(
      fc.record({ kind: fc.constant("count" as const), thread, name: names, amount }),
      fc.record({ kind: fc.constant("set" as const), thread, name: names, amount }),
      fc.record({ kind: fc.constant("record" as const), thread, name: names, amount }),
      fc.record({ kind: fc.constant("deliver" as const), thread, name: names, amount }),
      fc.record({ kind: fc.constant("kill" as const), thread, name: names, amount }),
    );
    fc.assert(
      fc.property(fc.array(operation, { maxLength: 60 }), (operations) => {
        const threads = startThreads(3);
        const { merged, deliver } = threads;
        const model = new Model();
        for (const operation of operations) {
          performOn(threads, operation, model.alive(operation.thread));
          model.apply(operation);
        }
        deliver();
        const counters = merged.counters().map(({ name, value }) => [name, value] as const);
        const gauges = merged.gauges().map(({ name, value }) => [name, value] as const);
        const recorded = merged.histograms().map(({ name, cumulative }) => [name, cumulative.count, cumulative.sum]);
        expect({ counters, gauges, recorded }).toEqual(model.read());
      }),
      { seed: 20_261, numRuns: 300 },
    );
  });
});

interface Operation {
  readonly kind: "count" | "set" | "record" | "deliver" | "kill";
  readonly thread: number;
  readonly name: string;
  readonly amount: number;
}

/** A dead thread does nothing any more. */
function performOn(threads: Process, { kind, thread, name, amount }: Operation, alive: boolean): void {
  if (kind === "deliver") threads.deliver();
  if (!alive) return;
  const store = threads.stores[thread];
  if (kind === "count") store?.counter(name).add(amount);
  if (kind === "set") store?.gauge(name).set(amount);
  if (kind === "record") store?.histogram(name, "ms").record(amount);
  if (kind !== "kill") return;
  threads.deliver();
  threads.merged.removeThread(thread, { keepCounters: true });
}

/** What the numbers must be, kept in the plainest way. */
class Model {
  readonly #dead = new Set<number>();
  readonly #counters = new Map<string, number>();
  readonly #gauges = new Map<string, Map<number, number>>();
  readonly #recorded = new Map<string, readonly number[]>();

  alive(thread: number): boolean {
    return !this.#dead.has(thread);
  }

  apply({ kind, thread, name, amount }: Operation): void {
    if (!this.alive(thread)) return;
    if (kind === "count") this.#counters.set(name, (this.#counters.get(name) ?? 0) + amount);
    if (kind === "record") this.#recorded.set(name, [...(this.#recorded.get(name) ?? []), amount]);
    if (kind === "set") this.#gauges.set(name, new Map(this.#gauges.get(name)).set(thread, amount));
    if (kind === "kill") this.#kill(thread);
  }

  read(): unknown {
    const byName = <Row extends readonly [string, ...unknown[]]>(rows: readonly Row[]): readonly Row[] =>
      rows.toSorted(([a], [b]) => (a < b ? -1 : 1));
    const sum = (values: Iterable<number>): number => [...values].reduce((total, value) => total + value, 0);
    return {
      counters: byName([...this.#counters]),
      gauges: byName([...this.#gauges].map(([name, held]) => [name, sum(held.values())] as const)),
      recorded: byName([...this.#recorded].map(([name, all]) => [name, all.length, sum(all)] as const)),
    };
  }

  #kill(thread: number): void {
    this.#dead.add(thread);
    for (const [name, held] of this.#gauges) {
      held.delete(thread);
      if (held.size === 0) this.#gauges.delete(name);
    }
  }
}
