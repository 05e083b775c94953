import type { Distribution } from "./distribution.ts";
import type { StatKind } from "./slot-event.ts";
import type { HistogramUnit } from "./stats-scope.ts";

/** A counter or gauge as it stands. */
export interface StatValue {
  readonly name: string;
  readonly value: number;
  /** Whether it was ever written, even to 0. */
  readonly used: boolean;
}

export interface HistogramValue {
  readonly name: string;
  readonly unit: HistogramUnit;
  readonly used: boolean;
  /** All values since the start. */
  readonly cumulative: Distribution;
  /** The values between the last two flushes (`Bootstrap.stats_flush_interval`); empty where nothing flushes. */
  readonly interval: Distribution;
}

/** All statistics at one moment, each list sorted by name. */
export interface StatsView {
  counters(): readonly StatValue[];
  gauges(): readonly StatValue[];
  histograms(): readonly HistogramValue[];
}

export interface StatSelection {
  /** Leaves out what was never written. */
  readonly usedOnly?: boolean;
  /** Keeps the names it is true for. */
  readonly matches?: (name: string) => boolean;
  /** Keeps one kind. */
  readonly only?: StatKind;
}

/** The same statistics without those that the selection leaves out. */
export function selectStats(view: StatsView, selection: StatSelection): StatsView {
  const { usedOnly = false, matches = () => true, only } = selection;
  const keep = <Value extends StatValue | HistogramValue>(
    kind: StatKind,
    values: () => readonly Value[],
  ): readonly Value[] =>
    only !== undefined && only !== kind
      ? []
      : values().filter(({ name, used }) => (used || !usedOnly) && matches(name));
  return {
    counters: () => keep("counter", () => view.counters()),
    gauges: () => keep("gauge", () => view.gauges()),
    histograms: () => keep("histogram", () => view.histograms()),
  };
}
