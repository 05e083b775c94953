import { cumulativeCounts, DEFAULT_BUCKETS } from "./buckets.ts";
import { QUANTILES, quantilesOf } from "./quantiles.ts";
import type { HistogramValue, StatsView } from "./stats-view.ts";
import { extractTags } from "./tag-extraction.ts";

/** How histograms are published: buckets over all time, or quantiles of the last interval. */
export type PrometheusHistograms = "cumulative" | "summary";

/** A statistic under its Prometheus name, with its labels as they stand between the braces. */
interface Sample<Stat> {
  readonly metric: string;
  readonly labels: string;
  readonly stat: Stat;
}

/**
 * The text format 0.0.4 of Prometheus as Envoy's `/stats/prometheus` writes it: `envoy_` and the name without its tags, tags as
 * labels, no `_total` added; counters, then gauges, then histograms, each by metric.
 */
export function renderPrometheus(view: StatsView, histograms: PrometheusHistograms = "cumulative"): string {
  const renderHistogram = histograms === "cumulative" ? renderBuckets : renderQuantiles;
  return [
    ...families(view.counters(), "counter", ({ metric, labels, stat }) => `${metric}{${labels}} ${stat.value}\n`),
    ...families(view.gauges(), "gauge", ({ metric, labels, stat }) => `${metric}{${labels}} ${stat.value}\n`),
    ...families(view.histograms(), histograms === "cumulative" ? "histogram" : "summary", renderHistogram),
  ].join("");
}

/** All samples of a metric stand together below its `TYPE` line, as the format requires. */
function families<Stat extends { readonly name: string }>(
  stats: readonly Stat[],
  type: "counter" | "gauge" | "histogram" | "summary",
  render: (sample: Sample<Stat>) => string,
): readonly string[] {
  const byMetric = Map.groupBy(stats.map(toSample), ({ metric }) => metric);
  const sorted = [...byMetric].toSorted(([a], [b]) => (a < b ? -1 : 1));
  return sorted.map(([metric, samples]) => `# TYPE ${metric} ${type}\n${samples.map(render).join("")}`);
}

function toSample<Stat extends { readonly name: string }>(stat: Stat): Sample<Stat> {
  const { name, tags } = extractTags(stat.name);
  const labels = tags.map(({ tag, value }) => `${sanitize(tag)}="${escapeLabel(value)}"`);
  return { metric: `envoy_${sanitize(name)}`, labels: labels.join(","), stat };
}

function renderBuckets({ metric, labels, stat }: Sample<HistogramValue>): string {
  const { cumulative } = stat;
  const before = labels === "" ? "" : `${labels},`;
  const counts = cumulativeCounts(cumulative);
  const lines = DEFAULT_BUCKETS.map((bound, i) => `${metric}_bucket{${before}le="${bound}"} ${counts[i]}\n`);
  lines.push(`${metric}_bucket{${before}le="+Inf"} ${cumulative.count}\n`);
  return lines.join("") + renderTotals(metric, labels, cumulative);
}

function renderQuantiles({ metric, labels, stat }: Sample<HistogramValue>): string {
  const before = labels === "" ? "" : `${labels},`;
  const values = quantilesOf(stat.interval);
  const lines = QUANTILES.map(
    (percent, i) => `${metric}{${before}quantile="${percent / 100}"} ${values?.[i] ?? "NaN"}\n`,
  );
  return lines.join("") + renderTotals(metric, labels, stat.interval);
}

function renderTotals(metric: string, labels: string, of: HistogramValue["cumulative"]): string {
  return `${metric}_sum{${labels}} ${of.sum}\n${metric}_count{${labels}} ${of.count}\n`;
}

function sanitize(name: string): string {
  return name.replace(/[^a-zA-Z0-9_]/g, "_");
}

function escapeLabel(value: string): string {
  return value.replaceAll("\\", "\\\\").replaceAll("\n", "\\n").replaceAll('"', '\\"');
}
