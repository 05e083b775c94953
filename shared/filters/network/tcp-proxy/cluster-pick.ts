import type { ConfigPath } from "../../../diagnostics/config-path.ts";
import type { DiagnosticSink } from "../../../diagnostics/diagnostic.ts";
import type { RandomSource } from "../../../host/random-source.ts";
import type { TcpProxy, TcpProxyWeightedCluster } from "../../../schema/envoy-types.ts";

/** The values that one draw can have; a greater sum would leave the last clusters without any. */
const MAX_TOTAL_WEIGHT = 2 ** 32 - 1;

export type PickClusterName = (random: RandomSource) => string;

export interface ClusterPick {
  readonly pickCluster: PickClusterName;
  readonly clusterNames: readonly string[];
}

/** `cluster` or `weighted_clusters` of a tcp_proxy; nothing after reporting why. */
export function compileClusterPick(
  { cluster, weightedClusters }: TcpProxy,
  path: ConfigPath,
  diagnostics: DiagnosticSink,
): ClusterPick | undefined {
  if (cluster !== undefined) return { pickCluster: () => cluster, clusterNames: [cluster] };
  if (weightedClusters !== undefined) {
    return compileWeighted(weightedClusters, path.field("weightedClusters"), diagnostics);
  }
  diagnostics.error(path, "config.oneof", "expected one of cluster, weighted_clusters");
  return undefined;
}

/** Each cluster owns as many of the random values as its weight says, in the order of the list. */
function compileWeighted(
  { clusters = [] }: TcpProxyWeightedCluster,
  path: ConfigPath,
  diagnostics: DiagnosticSink,
): ClusterPick | undefined {
  let total = 0;
  const ends = clusters.map(({ name = "", weight = 0 }) => ({ name, end: (total += weight) }));
  if (total > MAX_TOTAL_WEIGHT) {
    const message = `the weights add up to ${total}, which is more than ${MAX_TOTAL_WEIGHT}`;
    diagnostics.error(path, "tcp_proxy.total_weight", message);
    return undefined;
  }
  return {
    clusterNames: ends.map(({ name }) => name),
    pickCluster(random) {
      const value = random.uint32() % total;
      return ends.find(({ end }) => value < end)?.name ?? "";
    },
  };
}
