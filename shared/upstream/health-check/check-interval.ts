import type { RandomSource } from "../../host/random-source.ts";
import type { CheckIntervals } from "./health-check-settings.ts";

/** What a check did to the state of its host: nothing, something, or too little so far. */
export type HealthTransition = "unchanged" | "changed" | "pending";

/** What the next interval depends on. */
export interface IntervalCase {
  readonly succeeded: boolean;
  readonly transition: HealthTransition;
  /** Whether the cluster was ever used. */
  readonly hasTraffic: boolean;
}

/** Milliseconds until the next probe, at least 1. Source: Envoy `HealthCheckerImplBase::interval`. */
export function checkIntervalMs(intervals: CheckIntervals, now: IntervalCase, random: RandomSource): number {
  const baseMs = baseIntervalMs(intervals, now);
  const share = Math.floor((intervals.jitterPercent * baseMs) / 100);
  const byShare = share > 0 ? random.uint32() % share : 0;
  const byTime = intervals.jitterMs > 0 ? random.uint32() % intervals.jitterMs : 0;
  return Math.max(1, baseMs + byShare + byTime);
}

/** Before the first probe of a host. */
export function firstDelayMs({ initialJitterMs }: CheckIntervals, random: RandomSource): number {
  return initialJitterMs === 0 ? 0 : Math.max(1, random.uint32() % initialJitterMs);
}

function baseIntervalMs(intervals: CheckIntervals, { succeeded, transition, hasTraffic }: IntervalCase): number {
  const isPending = transition === "pending";
  if (!hasTraffic) return succeeded && !isPending ? intervals.noTrafficHealthyMs : intervals.noTrafficMs;
  if (succeeded) return isPending ? intervals.healthyEdgeMs : intervals.healthyMs;
  return isPending ? intervals.unhealthyEdgeMs : intervals.unhealthyMs;
}
