/**
 * Bins of a log-linear histogram with two significant decimal digits, the resolution that Envoy records with (circllhist,
 * https://arxiv.org/abs/2001.06561): zero, then for each power of ten the ninety values from 1.0 to 9.9 times it. A value is
 * thereby known to within 10 %, at most.
 *
 * Recorded values are whole numbers, so of the first decade only 1, 2, … 9 can occur. Those and zero form part 0; part d, from 1
 * on, is the decade from 10^d.
 */
export interface Bin {
  readonly part: number;
  readonly offset: number;
}

/** Its last bin takes whatever is greater: 10^16 is beyond what float64 counts exactly. */
const LAST_PART = 15;

/** How many bins a part has. */
export function binsInPart(part: number): number {
  return part === 0 ? 10 : 90;
}

/** The bin of a whole number that is not negative. */
export function binOf(value: number): Bin {
  if (value < 10) return { part: 0, offset: value };
  let part = 1;
  let step = 1;
  while (part < LAST_PART && value >= step * 100) {
    part += 1;
    step *= 10;
  }
  return { part, offset: Math.min(Math.floor(value / step), 99) - 10 };
}

/** The least value of a bin, and how wide the bin is; zero is a point. */
export function binBounds({ part, offset }: Bin): { readonly lower: number; readonly width: number } {
  if (part === 0) return { lower: offset, width: offset === 0 ? 0 : 0.1 };
  const step = 10 ** (part - 1);
  return { lower: (offset + 10) * step, width: step };
}
