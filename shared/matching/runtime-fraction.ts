import type { FractionalPercent, RuntimeFractionalPercent } from "../schema/envoy-types.ts";

const DENOMINATORS = { HUNDRED: 100n, TEN_THOUSAND: 10_000n, MILLION: 1_000_000n } as const;

/** Says whether a random 64-bit value falls into the fraction; the same value gives the same answer everywhere. */
export type FractionPredicate = (random: bigint) => boolean;

/**
 * Compiles an `envoy.config.core.v3.RuntimeFractionalPercent`. What runtime layers say has taken the place of the
 * default before. Source: Envoy `Runtime::Snapshot::featureEnabled`.
 */
export function compileRuntimeFraction(config: RuntimeFractionalPercent): FractionPredicate {
  return compileFraction(config.defaultValue ?? {});
}

/** Compiles an `envoy.type.v3.FractionalPercent`: `random % denominator < numerator`. */
export function compileFraction({ numerator = 0, denominator = "HUNDRED" }: FractionalPercent): FractionPredicate {
  const whole = DENOMINATORS[denominator];
  const part = BigInt(numerator);
  if (part >= whole) return () => true;
  if (part === 0n) return () => false;
  return (random) => random % whole < part;
}
