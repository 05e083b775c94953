import { type FractionPredicate, compileFraction } from "../matching/runtime-fraction.ts";
import type { Route } from "../schema/envoy-types.ts";

/** Which requests are traced, as fractions of a random number. */
export interface TraceSampling {
  /** Of those that ask for it with `x-client-trace-id`. */
  readonly client: FractionPredicate;
  readonly random: FractionPredicate;
  /** Of those that would be traced for any reason. */
  readonly overall: FractionPredicate;
}

/** What a route says of the tracing of its requests. */
export interface RouteTrace {
  /** In place of what the connection manager says. */
  readonly sampling: TraceSampling | undefined;
  /** `Decorator.operation`; absent without a decorator. */
  readonly operation: string | undefined;
  /** Whether the other side is told of the operation. */
  readonly propagatesOperation: boolean;
}

/** `undefined` where the route says nothing. */
export function compileRouteTrace({ tracing, decorator }: Route): RouteTrace | undefined {
  if (tracing === undefined && decorator === undefined) return undefined;
  return {
    sampling: tracing && {
      client: compileFraction(tracing.clientSampling ?? ALL),
      random: compileFraction(tracing.randomSampling ?? ALL),
      overall: compileFraction(tracing.overallSampling ?? ALL),
    },
    operation: decorator?.operation,
    propagatesOperation: decorator?.propagate ?? true,
  };
}

const ALL = { numerator: 100 } as const;
