/** A number that only grows. */
export interface Counter {
  inc(): void;
  /** `amount` is a whole number that is not negative. */
  add(amount: number): void;
  /** What this thread counted. */
  readonly value: number;
}

/** A number that goes up and down. */
export interface Gauge {
  inc(): void;
  dec(): void;
  add(amount: number): void;
  sub(amount: number): void;
  set(value: number): void;
  /** What this thread holds. */
  readonly value: number;
}

/** A distribution of values. */
export interface Histogram {
  /** `value` is in the histogram's unit. As in Envoy only whole numbers are kept: fractions are cut off, negative values are 0. */
  record(value: number): void;
}

/** What a histogram's values are. */
export type HistogramUnit = "ms" | "us" | "bytes" | "count";

/**
 * How a gauge of several threads becomes one number: the sum, for what each thread has of its own (open connections), or the
 * greatest, for what every thread holds alike (members of a cluster).
 */
export type GaugeMerge = "sum" | "max";

/**
 * Where statistics are named. Handles are resolved when configuration is compiled, never per request: asking costs a look-up of a
 * string, writing costs an addition. The same name gives the same statistic, and scopes of equal prefix share what they name.
 */
export interface StatsScope {
  counter(name: string): Counter;
  /** `merge` is `sum` unless said. */
  gauge(name: string, merge?: GaugeMerge): Gauge;
  histogram(name: string, unit: HistogramUnit): Histogram;
  /** Names below it start with this scope's prefix, then `prefix`, then a dot. A scope that is released takes those along. */
  scope(prefix: string): StatsScope;
  /**
   * Gives up what was named here, for a cluster or listener that is gone. A statistic that no other scope names disappears.
   * Handles stay usable; nobody sees what they write any more. Calling it again does nothing.
   */
  release(): void;
}
