/** In percent; −1 where too few hosts have enough requests to tell. */
export interface SuccessRateThreshold {
  readonly average: number;
  /** Hosts below it are outliers. */
  readonly ejectionThreshold: number;
}

/** Of answers, and of attempts to reach a host. */
export type OutlierThresholds = Readonly<Record<"external" | "local", SuccessRateThreshold>>;

export const UNKNOWN_THRESHOLD: SuccessRateThreshold = { average: -1, ejectionThreshold: -1 };

/** How far below the average of all hosts a host may be: `stdevFactor` standard deviations (of the whole population). */
export function successRateThreshold(rates: readonly number[], stdevFactor: number): SuccessRateThreshold {
  const average = rates.reduce((sum, rate) => sum + rate, 0) / rates.length;
  const variance = rates.reduce((sum, rate) => sum + (rate - average) ** 2, 0) / rates.length;
  return { average, ejectionThreshold: average - stdevFactor * Math.sqrt(variance) };
}
