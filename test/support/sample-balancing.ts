import type { RandomSource } from "../../shared/host/random-source.ts";
import type { Cluster as ClusterConfig, LocalityLbEndpoints } from "../../shared/schema/envoy-types.ts";
import type { StatsScope } from "../../shared/stats/stats-scope.ts";
import { createLocalStats } from "../../shared/stats/local-stats.ts";
import { Cluster } from "../../shared/upstream/cluster.ts";
import type { LoadBalancerContext } from "../../shared/upstream/load-balancer-context.ts";
import { FakeClock, SeededRandom } from "./fakes.ts";
import { compiledCluster } from "./sample-cluster.ts";

export interface SamplePorts {
  readonly random?: RandomSource;
  readonly clock?: FakeClock;
  readonly stats?: StatsScope;
}

/** A cluster of several localities, as it balances. */
export function createCluster(
  endpoints: readonly LocalityLbEndpoints[],
  more: Partial<ClusterConfig> = {},
  { random = new SeededRandom(), clock = new FakeClock(), stats = createLocalStats().store }: SamplePorts = {},
): Cluster {
  const info = compiledCluster({ name: "c", loadAssignment: { clusterName: "c", endpoints }, ...more });
  return new Cluster({ info, names: "resolve", random, clock, stats });
}

/** How often each address is picked. */
export function tallyPicks(cluster: Cluster, count: number, context?: LoadBalancerContext): Record<string, number> {
  const counts: Record<string, number> = {};
  for (let pick = 0; pick < count; pick++) {
    const address = cluster.pick(context)?.address ?? "none";
    counts[address] = (counts[address] ?? 0) + 1;
  }
  return counts;
}
