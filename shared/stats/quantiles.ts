import type { Distribution } from "./distribution.ts";

/** In percent, as `/stats` prints them. */
export const QUANTILES: readonly number[] = [0, 25, 50, 75, 90, 95, 99, 99.5, 99.9, 100];

/**
 * The values of {@link QUANTILES}, or `undefined` without values. A quantile is the value of rank ⌈q·n⌉; the n values of a bin are
 * taken to divide it into n + 1 equal steps. This is what Envoy prints: three values in [1, 1.1) read 1.025, 1.05 and 1.075.
 */
export function quantilesOf(distribution: Distribution): readonly number[] | undefined {
  const bins = distribution.bins();
  const total = distribution.count;
  if (total === 0) return undefined;
  let before = 0;
  let position = 0;
  return QUANTILES.map((percent) => {
    const rank = Math.max(1, Math.ceil((percent / 100) * total));
    for (let bin = bins[position]; bin !== undefined; bin = bins[position]) {
      if (rank <= before + bin.count) return bin.lower + (bin.width * (rank - before)) / (bin.count + 1);
      before += bin.count;
      position += 1;
    }
    return Number.NaN;
  });
}
