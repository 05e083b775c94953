import type { RandomSource } from "../../../host/random-source.ts";

/**
 * Waits between attempts: at random below a bound that doubles from the base to the maximum. Source: Envoy
 * `JitteredExponentialBackOffStrategy`.
 */
export class ExponentialBackOff {
  readonly #maxMs: number;
  readonly #random: RandomSource;
  #nextMs: number;

  constructor({ baseMs, maxMs }: { readonly baseMs: number; readonly maxMs: number }, random: RandomSource) {
    this.#nextMs = baseMs;
    this.#maxMs = maxMs;
    this.#random = random;
  }

  /** A whole number of milliseconds from 0 to below the bound. */
  next(): number {
    const boundMs = Math.min(this.#nextMs, this.#maxMs);
    this.#nextMs = Math.min(boundMs * 2, this.#maxMs);
    return boundMs < 1 ? 0 : this.#random.uint32() % boundMs;
  }
}

/** At random between an interval that somebody asked for and one and a half of it. Source: Envoy `JitteredLowerBoundBackOffStrategy`. */
export function lowerBoundBackOff(intervalMs: number, random: RandomSource): number {
  const jitterMs = Math.floor(intervalMs / 2);
  return intervalMs + (jitterMs === 0 ? 0 : random.uint32() % jitterMs);
}
