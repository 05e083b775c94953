import type { UpstreamHost } from "../../host/upstream-host.ts";
import { EdfScheduler } from "../edf-scheduler.ts";
import { LiveEdfScheduler } from "./live-edf-scheduler.ts";
import type { SlowStart } from "./slow-start.ts";

/** A schedule of hosts by their weights. */
export interface WeightedTurns {
  pick(): UpstreamHost | undefined;
}

export function haveEqualWeights(hosts: readonly UpstreamHost[]): boolean {
  return hosts.every(({ weight }) => weight === hosts[0]?.weight);
}

/**
 * Turns by fixed weights. After as many picks as the weights add up to, a schedule begins anew: there is no need to begin
 * further on.
 */
export function createFixedTurns(hosts: readonly UpstreamHost[], seed: number): WeightedTurns {
  const totalWeight = hosts.reduce((sum, { weight }) => sum + weight, 0);
  return new EdfScheduler(hosts, seed % totalWeight);
}

/** Turns by weights as `weightOf` says them at each turn, less for hosts that start slowly. */
export function createLiveTurns(
  hosts: readonly UpstreamHost[],
  seed: number,
  weightOf: (host: UpstreamHost) => number,
  slowStart?: SlowStart,
): WeightedTurns {
  const weight = slowStart === undefined ? weightOf : (host: UpstreamHost) => weightOf(host) * slowStart.shareOf(host);
  return new LiveEdfScheduler(hosts, weight, seed % hosts.length);
}
