import type { UpstreamHost } from "../../host/upstream-host.ts";
import type { LocalityWeightOf } from "./balancer.ts";

/** The hosts of one locality within one priority. */
export interface LocalityHosts {
  /** Region, zone and sub-zone as one text. */
  readonly key: string;
  /** As configured; 0 gets no requests. */
  readonly weight: number;
  readonly all: readonly UpstreamHost[];
  /** Those of `all` that requests may go to. */
  readonly usable: readonly UpstreamHost[];
}

/** Groups hosts by locality, in lexicographic order as in Envoy. */
export function localitiesOf(
  all: readonly UpstreamHost[],
  usable: readonly UpstreamHost[],
  weightOf: LocalityWeightOf,
): readonly LocalityHosts[] {
  const everyone = Map.groupBy(all, localityKey);
  const chosen = Map.groupBy(usable, localityKey);
  return [...everyone]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, hosts]) => ({
      key,
      weight: hosts[0] === undefined ? 0 : weightOf(hosts[0]),
      all: hosts,
      usable: chosen.get(key) ?? [],
    }));
}

export function configuredLocalityWeight({ localityWeight }: UpstreamHost): number {
  return localityWeight;
}

/**
 * Localities weigh less the fewer of their hosts are members (`scale_locality_weight`), in whole numbers. Source: Envoy
 * `SubsetLoadBalancer::PrioritySubsetImpl::determineLocalityWeights`.
 */
export function scaledLocalityWeights(
  members: readonly UpstreamHost[],
  hosts: readonly UpstreamHost[],
): LocalityWeightOf {
  const countBy = (all: readonly UpstreamHost[]): Map<string, number> => {
    const counts = new Map<string, number>();
    for (const host of all) counts.set(placeOf(host), (counts.get(placeOf(host)) ?? 0) + 1);
    return counts;
  };
  const [some, all] = [countBy(members), countBy(hosts)];
  return (host) => {
    const place = placeOf(host);
    return Math.round((host.localityWeight * (some.get(place) ?? 0)) / (all.get(place) ?? 1));
  };
}

function placeOf(host: UpstreamHost): string {
  return `${host.priority} ${localityKey(host)}`;
}

function localityKey({ locality: { region, zone, subZone } }: UpstreamHost): string {
  return `${region}\0${zone}\0${subZone}`;
}
