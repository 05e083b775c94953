import type { UpstreamHost } from "../../host/upstream-host.ts";
import type { LocalityWeightOf } from "./balancer.ts";
import { localitiesOf } from "./localities.ts";
import type { PriorityLevel } from "./priority-levels.ts";

/** A host and its share of all requests; the shares add up to 1. */
export interface HostShare {
  readonly host: UpstreamHost;
  readonly share: number;
}

/**
 * The shares of the hosts that requests may go to, in the order of the hosts, or of the localities where those have weights: one
 * of weight 0 is left out. Source: Envoy `ThreadAwareLoadBalancerBase`, `normalizeWeights`.
 */
export function normalizeWeights(level: PriorityLevel, weightOf: LocalityWeightOf | undefined): readonly HostShare[] {
  const usable = level.panics ? level.all : level.healthy;
  if (weightOf === undefined) return sharesOf(usable, 1);
  const localities = localitiesOf(level.all, usable, weightOf);
  const total = localities.reduce((sum, { weight }) => sum + weight, 0);
  return localities.filter(({ weight }) => weight > 0).flatMap((each) => sharesOf(each.usable, each.weight / total));
}

function sharesOf(hosts: readonly UpstreamHost[], share: number): readonly HostShare[] {
  const total = hosts.reduce((sum, { weight }) => sum + weight, 0);
  return hosts.map((host) => ({ host, share: (host.weight * share) / total }));
}
