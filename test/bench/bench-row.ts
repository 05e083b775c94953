/** One figure of a benchmark. Ratios are what counts: absolute figures of a shared machine are not comparable. */
export interface BenchRow {
  /** What is measured, e.g. `worker, small answers`. */
  readonly group: string;
  /** Who is measured, e.g. `nuncio` or `haproxy`. */
  readonly name: string;
  /** E.g. `CPU per request`. */
  readonly metric: string;
  readonly value: number;
  readonly unit: string;
  /** The name in the same group and metric that this figure is compared with. */
  readonly ratioTo?: string;
}
