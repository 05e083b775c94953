import type { MaybePromise } from "../../base/maybe-promise.ts";
import { renderStatsJson } from "../../stats/json.ts";
import { renderPrometheus } from "../../stats/prometheus.ts";
import type { StatKind } from "../../stats/slot-event.ts";
import { selectStats, type StatsView } from "../../stats/stats-view.ts";
import { type HistogramMode, renderStatsText } from "../../stats/text.ts";
import { type AdminCommand, type AdminQuery, type AdminReply, text } from "./admin-command.ts";
import type { AdminSource } from "./admin-source.ts";
import { type CompileFilter, nameFilter } from "./name-filter.ts";

/** `/stats`, `/stats/prometheus` and `/reset_counters`. */
export function createStatsCommands(source: AdminSource, compileFilter: CompileFilter): readonly AdminCommand[] {
  return [
    {
      path: "/stats",
      help: "print server stats",
      params: {
        usedonly: "Only include stats that have been written since the start",
        filter: "Regular expression (RE2 syntax) for filtering stats",
        format: "Format to use; one of (text, json, prometheus)",
        type: "Stat types to include; one of (All, Counters, Histograms, Gauges, TextReadouts)",
        histogram_buckets: "Histogram bucket display mode; one of (cumulative, disjoint, detailed, summary)",
      },
      mutates: false,
      run: (query) => printStats(query, query("format") ?? "text", source, compileFilter),
    },
    {
      path: "/stats/prometheus",
      help: "print server stats in prometheus format",
      params: {
        usedonly: "Only include stats that have been written since the start",
        filter: "Regular expression (RE2 syntax) for filtering stats",
        histogram_buckets: "Histogram bucket display mode; one of (cumulative, summary)",
      },
      mutates: false,
      run: (query) => printStats(query, "prometheus", source, compileFilter),
    },
    {
      path: "/reset_counters",
      help: "reset all counters to zero",
      mutates: true,
      run: async () => {
        await source.resetCounters();
        return text("OK\n");
      },
    },
  ];
}

const KINDS: ReadonlyMap<string, StatKind | "all" | "none"> = new Map<string, StatKind | "all" | "none">([
  ["All", "all"],
  ["Counters", "counter"],
  ["Gauges", "gauge"],
  ["Histograms", "histogram"],
  ["TextReadouts", "none"],
]);

async function printStats(
  query: AdminQuery,
  format: string,
  source: Pick<AdminSource, "stats">,
  compileFilter: CompileFilter,
): Promise<AdminReply> {
  const render = rendererFor(format, query("histogram_buckets"));
  if (typeof render !== "function") return render;
  const kind = KINDS.get(query("type") ?? "All");
  if (kind === undefined) return text("invalid &type= param", 400);
  const filter = nameFilter(query("filter"), compileFilter);
  if (!filter.ok) return text(`Invalid re2 regex: ${filter.error}`, 400);
  const matches = kind === "none" ? () => false : filter.value;
  const only = kind === "all" || kind === "none" ? {} : { only: kind };
  const selected = selectStats(await source.stats(), { usedOnly: query("usedonly") !== undefined, matches, ...only });
  return render(selected);
}

type Render = (view: StatsView) => MaybePromise<AdminReply>;

function rendererFor(format: string, mode: string | undefined): Render | AdminReply {
  switch (format) {
    case "text": {
      const histograms = histogramMode(mode);
      return typeof histograms === "string" ? (view) => text(renderStatsText(view, histograms)) : histograms;
    }
    case "json": {
      const histograms = histogramMode(mode);
      if (typeof histograms !== "string") return histograms;
      return (view) => ({ status: 200, type: "json", body: renderStatsJson(view, histograms) });
    }
    case "prometheus":
      return prometheusRenderer(mode);
    case "html":
    case "active-html":
      return text(`format=${format} is not implemented: use text, json or prometheus\n`, 400);
    default:
      return text("usage: /stats?format=(json|prometheus|text)\n\n", 400);
  }
}

function prometheusRenderer(mode: string | undefined): Render | AdminReply {
  const histograms = mode === undefined || mode === "" ? "cumulative" : mode;
  if (histograms === "cumulative" || histograms === "summary")
    return (view) => text(renderPrometheus(view, histograms));
  return text("usage: /stats/prometheus?histogram_buckets=(cumulative|summary)\n", 400);
}

function histogramMode(mode: string | undefined): HistogramMode | AdminReply {
  switch (mode) {
    case undefined:
    case "":
      return "summary";
    case "summary":
    case "cumulative":
    case "disjoint":
    case "detailed":
      return mode;
    default:
      return text("usage: /stats?histogram_buckets=(cumulative|disjoint|detailed|summary)\n", 400);
  }
}
