import { cumulativeCounts, DEFAULT_BUCKETS } from "./buckets.ts";
import { QUANTILES, quantilesOf } from "./quantiles.ts";
import type { HistogramValue, StatsView } from "./stats-view.ts";
import { disjointCounts, type HistogramMode } from "./text.ts";

/** The document of Envoy's `/stats?format=json`: scalars by name, and one last entry with all histograms if there are any. */
export function renderStatsJson(view: StatsView, mode: HistogramMode = "summary"): string {
  const scalars = [...view.counters(), ...view.gauges()].toSorted((a, b) => (a.name < b.name ? -1 : 1));
  const stats: unknown[] = scalars.map(({ name, value }) => ({ name, value }));
  const histograms = view.histograms();
  if (histograms.length > 0) stats.push({ histograms: histogramsJson(histograms, mode) });
  return JSON.stringify({ stats });
}

function histogramsJson(histograms: readonly HistogramValue[], mode: HistogramMode): unknown {
  switch (mode) {
    case "summary": {
      const computed = histograms.map((histogram) => ({ name: histogram.name, values: quantilePairs(histogram) }));
      return { supported_quantiles: QUANTILES, computed_quantiles: computed };
    }
    case "detailed":
      return { supported_percentiles: QUANTILES, details: histograms.map(detailsJson) };
    case "cumulative":
    case "disjoint":
      return histograms.map((histogram) => ({ name: histogram.name, buckets: bucketsJson(histogram, mode) }));
  }
}

function quantilePairs({ interval, cumulative }: HistogramValue): unknown {
  const recent = quantilesOf(interval);
  const all = quantilesOf(cumulative);
  return QUANTILES.map((_, i) => ({ cumulative: all?.[i] ?? null, interval: recent?.[i] ?? null }));
}

function detailsJson(histogram: HistogramValue): unknown {
  const bins = (of: HistogramValue["cumulative"]): unknown =>
    of.bins().map(({ lower, width, count }) => ({ lower_bound: lower, width, count }));
  return {
    name: histogram.name,
    totals: bins(histogram.cumulative),
    intervals: bins(histogram.interval),
    percentiles: quantilePairs(histogram),
  };
}

function bucketsJson({ interval, cumulative }: HistogramValue, mode: "cumulative" | "disjoint"): unknown {
  const shape = mode === "cumulative" ? (counts: readonly number[]) => counts : disjointCounts;
  const recent = shape(cumulativeCounts(interval));
  const all = shape(cumulativeCounts(cumulative));
  return DEFAULT_BUCKETS.map((bound, i) => ({ upper_bound: bound, interval: recent[i], cumulative: all[i] }));
}
