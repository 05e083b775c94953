import { cumulativeCounts, DEFAULT_BUCKETS } from "./buckets.ts";
import type { Distribution } from "./distribution.ts";
import { QUANTILES, quantilesOf } from "./quantiles.ts";
import type { HistogramValue, StatsView } from "./stats-view.ts";

/** How `/stats` shows histograms (`?histogram_buckets=`). Each pair is (last interval, cumulative). */
export type HistogramMode = "summary" | "cumulative" | "disjoint" | "detailed";

/** `name: value` lines as Envoy's `/stats`: counters and gauges by name, then histograms. */
export function renderStatsText(view: StatsView, mode: HistogramMode = "summary"): string {
  const scalars = [...view.counters(), ...view.gauges()].toSorted((a, b) => (a.name < b.name ? -1 : 1));
  const lines = scalars.map(({ name, value }) => `${name}: ${value}\n`);
  for (const histogram of view.histograms()) lines.push(`${renderHistogram(histogram, mode)}\n`);
  return lines.join("");
}

/** Turns counts up to each bound into counts within each bucket. */
export function disjointCounts(cumulative: readonly number[]): readonly number[] {
  return cumulative.map((count, index) => count - (cumulative[index - 1] ?? 0));
}

function renderHistogram(histogram: HistogramValue, mode: HistogramMode): string {
  const { name, interval, cumulative } = histogram;
  if (mode === "summary") return `${name}: ${renderSummary(histogram)}`;
  if (mode === "detailed") return `${name}:\n${renderDetails(histogram)}`;
  const counts = mode === "cumulative" ? cumulativeCounts : (of: Distribution) => disjointCounts(cumulativeCounts(of));
  const intervalCounts = counts(interval);
  const cumulativeOnes = counts(cumulative);
  const pairs = DEFAULT_BUCKETS.map((bound, i) => `B${renderBound(bound)}(${intervalCounts[i]},${cumulativeOnes[i]})`);
  return `${name}: ${pairs.join(" ")}`;
}

function renderSummary({ interval, cumulative }: HistogramValue): string {
  const all = quantilesOf(cumulative);
  if (all === undefined) return "No recorded values";
  const recent = quantilesOf(interval);
  return QUANTILES.map((percent, i) => `P${percent}(${recent?.[i] ?? "nan"},${all[i]})`).join(" ");
}

function renderDetails(histogram: HistogramValue): string {
  const totals = renderBins(histogram.cumulative);
  return `  totals=${totals}\n  intervals=${renderBins(histogram.interval)}\n  summary=${renderSummary(histogram)}`;
}

function renderBins(distribution: Distribution): string {
  return distribution
    .bins()
    .map(({ lower, width, count }) => `${lower},${width}:${count}`)
    .join(", ");
}

/** `printf("%g")`, six significant digits: an hour is `3.6e+06`. */
function renderBound(bound: number): string {
  return bound < 1_000_000 ? String(bound) : bound.toExponential().replace(/e\+(\d)$/, "e+0$1");
}
