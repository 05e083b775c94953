import fc from "fast-check";
import { describe, it } from "vitest";
import { renderStatsJson } from "../../../shared/stats/json.ts";
import { createLocalStats, type LocalStats } from "../../../shared/stats/local-stats.ts";
import { binBounds, binOf } from "../../../shared/stats/log-linear.ts";
import { selectStats } from "../../../shared/stats/stats-view.ts";
import { renderStatsText } from "../../../shared/stats/text.ts";

function recorded(name: string, values: readonly number[], flush = true): LocalStats {
  const stats = createLocalStats();
  const histogram = stats.store.histogram(name, "ms");
  for (const value of values) histogram.record(value);
  if (flush) stats.latchIntervals();
  return stats;
}

describe("binOf", () => {
  it("puts every whole number into the bin that holds it, at most a tenth wide", ({ expect }) => {
    fc.assert(
      fc.property(fc.maxSafeNat(), (value) => {
        const { lower, width } = binBounds(binOf(value));
        expect(lower).toBeLessThanOrEqual(value);
        expect(value - lower).toBeLessThanOrEqual(Math.max(0, width - 0.1));
        expect(width).toBeLessThanOrEqual(Math.max(lower / 10, 0.1));
      }),
      { seed: 7, numRuns: 1000 },
    );
  });
});

describe("renderStatsText", () => {
  it("prints counters and gauges by name and histograms after them", ({ expect }) => {
    const stats = recorded("a.time", []);
    stats.store.counter("b.total").add(3);
    stats.store.gauge("a.active").set(1);
    stats.store.counter("a.total");
    expect(renderStatsText(stats.view())).toBe("a.active: 1\na.total: 0\nb.total: 3\na.time: No recorded values\n");
  });

  // Printed by Envoy 1.39 for the same values.
  it.for([
    { values: [2], text: "P0(2.05,2.05) P25(2.05,2.05) P50(2.05,2.05) P75(2.05,2.05)" },
    { values: [1, 1], text: "P0(1.0333333333333334,1.0333333333333334) P25(1.0333333333333334,1.0333333333333334)" },
    { values: [1, 1, 1], text: "P0(1.025,1.025) P25(1.025,1.025) P50(1.05,1.05) P75(1.075,1.075) P90(1.075,1.075)" },
    { values: [0, 1, 2], text: "P0(0,0) P25(0,0) P50(1.05,1.05) P75(2.05,2.05)" },
    { values: [17], text: "P0(17.5,17.5)" },
    { values: [254, 254, 254], text: "P0(252.5,252.5) P25(252.5,252.5) P50(255,255) P75(257.5,257.5)" },
  ])("interpolates $values as Envoy does", ({ values, text }, { expect }) => {
    expect(renderStatsText(recorded("time", values).view())).toContain(`time: ${text}`);
  });

  it("prints nan for an interval without values", ({ expect }) => {
    expect(renderStatsText(recorded("time", [1], false).view())).toContain("P0(nan,1.05) P25(nan,1.05)");
  });

  it("prints buckets up to each bound, within each, and the bins themselves", ({ expect }) => {
    const view = recorded("t", [0, 0, 1, 254]).view();
    expect(renderStatsText(view, "cumulative")).toContain("t: B0.5(2,2) B1(3,3) B5(3,3)");
    expect(renderStatsText(view, "cumulative")).toContain("B250(4,4) B500(4,4)");
    expect(renderStatsText(view, "cumulative")).toContain("B600000(4,4) B1.8e+06(4,4) B3.6e+06(4,4)\n");
    expect(renderStatsText(view, "disjoint")).toContain("t: B0.5(2,2) B1(1,1) B5(0,0)");
    expect(renderStatsText(view, "detailed")).toContain("t:\n  totals=0,0:2, 1,0.1:1, 250,10:1\n  intervals=0,0:2");
  });

  it("selectStats keeps what was used, matches, and is of the kind", ({ expect }) => {
    const stats = recorded("a.time", [1]);
    stats.store.counter("a.total").inc();
    stats.store.counter("a.unused");
    stats.store.gauge("b.active").set(0);
    const text = (selection: Parameters<typeof selectStats>[1]): string[] =>
      renderStatsText(selectStats(stats.view(), selection))
        .split("\n")
        .map((line) => line.replace(/:.*/, ""));
    expect(text({ usedOnly: true })).toEqual(["a.total", "b.active", "a.time", ""]);
    expect(text({ matches: (name) => name.startsWith("a.") })).toEqual(["a.total", "a.unused", "a.time", ""]);
    expect(text({ only: "gauge" })).toEqual(["b.active", ""]);
  });
});

describe("renderStatsJson", () => {
  it("puts all histograms into one last entry", ({ expect }) => {
    const stats = recorded("t", [0, 0, 1], false);
    stats.store.counter("c").add(2);
    const document: { stats: unknown[] } = JSON.parse(renderStatsJson(stats.view()));
    expect(document.stats[0]).toEqual({ name: "c", value: 2 });
    expect(document.stats[1]).toMatchObject({
      histograms: {
        supported_quantiles: [0, 25, 50, 75, 90, 95, 99, 99.5, 99.9, 100],
        computed_quantiles: [{ name: "t", values: expect.arrayContaining([{ cumulative: 1.05, interval: null }]) }],
      },
    });
  });

  it("leaves the entry out without histograms", ({ expect }) => {
    const stats = createLocalStats();
    stats.store.gauge("server.live").set(1);
    expect(renderStatsJson(stats.view())).toBe('{"stats":[{"name":"server.live","value":1}]}');
  });

  it("lists buckets and bins in the other modes", ({ expect }) => {
    const view = recorded("t", [0, 0, 1]).view();
    expect(renderStatsJson(view, "disjoint")).toContain(
      '{"histograms":[{"name":"t","buckets":[{"upper_bound":0.5,"interval":2,"cumulative":2},{"upper_bound":1,"interval":1,',
    );
    expect(renderStatsJson(view, "detailed")).toContain(
      '"details":[{"name":"t","totals":[{"lower_bound":0,"width":0,"count":2},{"lower_bound":1,"width":0.1,"count":1}],',
    );
  });
});
