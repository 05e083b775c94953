import type { Distribution } from "./distribution.ts";
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
  /** All values since the start, or since the counters were reset. */
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
