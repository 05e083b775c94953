import type { RandomSource } from "../../../host/random-source.ts";
import type { UpstreamHost } from "../../../host/upstream-host.ts";
import type { Cluster } from "../../../upstream/cluster.ts";
import type { PickClusterName } from "./cluster-pick.ts";

/** Where the next connect attempt goes, or why it cannot go anywhere. */
export type TcpUpstreamPick =
  | { readonly kind: "host"; readonly cluster: Cluster; readonly host: UpstreamHost }
  | { readonly kind: "none"; readonly reason: "no_cluster" }
  | { readonly kind: "none"; readonly reason: "no_healthy_host"; readonly cluster: Cluster };

export interface TcpUpstreamPickOptions {
  readonly pickCluster: PickClusterName;
  readonly clusters: { get(name: string): Cluster | undefined };
  readonly random: RandomSource;
}

/** Picks cluster and host anew; called once per connect attempt. Counts in the cluster's statistics what only it can see. */
export function pickTcpUpstream({ pickCluster, clusters, random }: TcpUpstreamPickOptions): TcpUpstreamPick {
  const cluster = clusters.get(pickCluster(random));
  if (cluster === undefined) return { kind: "none", reason: "no_cluster" };
  const host = cluster.pick();
  if (host !== undefined) return { kind: "host", cluster, host };
  cluster.stats.cxNoneHealthy.inc();
  return { kind: "none", reason: "no_healthy_host", cluster };
}
