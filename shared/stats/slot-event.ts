import type { GaugeMerge, HistogramUnit } from "./stats-scope.ts";

/** Tells writers apart; a thread that replaces a dead one gets an id of its own. */
export type ThreadId = number | string;

/** What a statistic is, apart from its name. */
export type StatKind = "counter" | "gauge" | "histogram";

/**
 * What a reader must learn about a writer's slots, in order. Plain data that `postMessage` can carry; updates of values need no
 * event, the reader sees the page.
 */
export type SlotEvent =
  | { readonly kind: "page"; readonly index: number; readonly slots: Float64Array }
  | SlotBinding
  /** The name is gone from this writer, with all its slots. */
  | { readonly kind: "release"; readonly stat: StatKind; readonly name: string };

/** Says which slots belong to a name. */
export interface SlotBinding {
  readonly kind: "bind";
  readonly stat: StatKind;
  readonly name: string;
  /** `GaugeMerge` of a gauge, `HistogramUnit` of a histogram. */
  readonly detail: GaugeMerge | HistogramUnit;
  /** Histograms grow by parts: −1 is the sum of all values, others see `log-linear.ts`. Always 0 for the rest. */
  readonly part: number;
  readonly page: number;
  readonly start: number;
}
