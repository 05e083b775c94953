import type { Distribution } from "./distribution.ts";

/** Upper bounds of the buckets that Envoy publishes unless `histogram_bucket_settings` says otherwise, in the histogram's unit. */
export const DEFAULT_BUCKETS: readonly number[] = [
  0.5, 1, 5, 10, 25, 50, 100, 250, 500, 1000, 2500, 5000, 10_000, 30_000, 60_000, 300_000, 600_000, 1_800_000,
  3_600_000,
];

/**
 * How many values each bucket holds together with all before it. A bin counts in full as soon as it begins within the bucket, as in
 * Envoy: at 250 the bin [250, 260) is included.
 */
export function cumulativeCounts(distribution: Distribution): readonly number[] {
  const bins = distribution.bins();
  let position = 0;
  let total = 0;
  return DEFAULT_BUCKETS.map((bound) => {
    for (let bin = bins[position]; bin !== undefined && bin.lower <= bound; bin = bins[position]) {
      total += bin.count;
      position += 1;
    }
    return total;
  });
}
