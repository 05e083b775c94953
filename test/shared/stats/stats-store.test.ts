import { describe, it } from "vitest";
import { createLocalStats } from "../../../shared/stats/local-stats.ts";
import { localPages } from "../../../shared/stats/slot-pages.ts";
import { StatsStore } from "../../../shared/stats/stats-store.ts";
import type { StatsView } from "../../../shared/stats/stats-view.ts";

function values(view: StatsView): Record<string, number> {
  return Object.fromEntries([...view.counters(), ...view.gauges()].map(({ name, value }) => [name, value]));
}

describe("StatsStore", () => {
  it("StatsStore counts through handles", ({ expect }) => {
    const { store, view } = createLocalStats();
    const total = store.counter("total");
    const active = store.gauge("active");
    total.inc();
    total.add(2 ** 40);
    active.add(5);
    active.sub(2);
    active.inc();
    active.dec();
    expect(values(view())).toEqual({ total: 2 ** 40 + 1, active: 3 });
    expect([total.value, active.value]).toEqual([2 ** 40 + 1, 3]);
  });

  it("StatsStore gives the same statistic for the same name, from any scope", ({ expect }) => {
    const { store, view } = createLocalStats();
    store.scope("cluster.a").counter("rq").inc();
    store.scope("cluster").scope("a.").counter("rq").inc();
    store.counter("cluster.a.rq").inc();
    expect(values(view())).toEqual({ "cluster.a.rq": 3 });
  });

  it("StatsStore keeps counters and gauges of one name apart", ({ expect }) => {
    const { store, view } = createLocalStats();
    store.counter("same").add(1);
    store.gauge("same").set(9);
    expect(view().counters()).toEqual([{ name: "same", value: 1, used: true }]);
    expect(view().gauges()).toEqual([{ name: "same", value: 9, used: true }]);
  });

  it("StatsStore spells `:` in names as `_`", ({ expect }) => {
    const { store, view } = createLocalStats();
    store.scope("cluster.svc:one").counter("a:b");
    expect(Object.keys(values(view()))).toEqual(["cluster.svc_one.a_b"]);
  });

  it("StatsStore tells a statistic that came back to zero from one never written", ({ expect }) => {
    const { store, view } = createLocalStats();
    store.gauge("never");
    const back = store.gauge("back");
    back.inc();
    back.dec();
    store.gauge("set").set(-0);
    const used = Object.fromEntries(
      view()
        .gauges()
        .map((gauge) => [gauge.name, gauge.used]),
    );
    expect(used).toEqual({ never: false, back: true, set: true });
    expect(
      view()
        .gauges()
        .map(({ value }) => Object.is(value, 0)),
    ).toEqual([true, true, true]);
  });

  it("StatsStore grows over many pages without losing a value", ({ expect }) => {
    const { store, view } = createLocalStats();
    for (let i = 0; i < 5000; i++) store.counter(`c${i}`).add(i);
    expect(
      view()
        .counters()
        .every(({ name, value }) => name === `c${value}`),
    ).toBe(true);
    expect(view().counters()).toHaveLength(5000);
  });

  it("StatsStore announces news once until they are taken", ({ expect }) => {
    let calls = 0;
    const store = new StatsStore({ pages: localPages, onEvents: () => (calls += 1) });
    store.counter("a");
    store.counter("b");
    expect(calls).toBe(1);
    expect(store.takeEvents().map(({ kind }) => kind)).toEqual(["page", "bind", "bind"]);
    store.counter("a").inc();
    expect([calls, store.takeEvents()]).toEqual([1, []]);
    store.counter("c");
    expect(calls).toBe(2);
  });
});

describe("StatsScope.release", () => {
  it("release removes what the scope and the scopes below it named", ({ expect }) => {
    const { store, view } = createLocalStats();
    const cluster = store.scope("cluster.a");
    cluster.counter("rq").inc();
    cluster.scope("ssl").histogram("time", "ms").record(12);
    store.counter("other").inc();
    cluster.release();
    expect(values(view())).toEqual({ other: 1 });
    expect(view().histograms()).toEqual([]);
  });

  it("release keeps a statistic that another scope names, with its value", ({ expect }) => {
    const { store, view } = createLocalStats();
    const before = store.scope("cluster.a");
    before.counter("rq").add(3);
    const after = store.scope("cluster.a");
    after.counter("rq").add(4);
    before.release();
    before.release();
    expect(values(view())).toEqual({ "cluster.a.rq": 7 });
    after.release();
    expect(values(view())).toEqual({});
  });

  it("release leaves handles usable without writing to the slots' next owner", ({ expect }) => {
    const { store, view } = createLocalStats();
    const gone = store.scope("gone");
    const counter = gone.counter("c");
    const histogram = gone.histogram("h", "ms");
    counter.add(10);
    histogram.record(5);
    gone.release();
    const next = store.scope("next");
    next.counter("c");
    next.histogram("h", "ms").record(1);
    counter.add(1);
    for (const value of [5, 50, 5000]) histogram.record(value);
    expect(counter.value).toBe(11);
    expect(values(view())).toEqual({ "next.c": 0 });
    expect(
      view()
        .histograms()
        .map(({ name, cumulative }) => [name, cumulative.count]),
    ).toEqual([["next.h", 1]]);
  });

  it("release gives slots back: endless replacement stays within one page", ({ expect }) => {
    let pages = 0;
    const store = new StatsStore({
      pages: {
        allocate: (slots) => {
          pages += 1;
          return localPages.allocate(slots);
        },
      },
    });
    for (let i = 0; i < 500; i++) {
      const scope = store.scope(`cluster.c${i}`);
      for (let j = 0; j < 20; j++) scope.counter(`stat${j}`).inc();
      scope.histogram("time", "ms").record(i);
      scope.release();
    }
    expect(pages).toBe(1);
  });
});
