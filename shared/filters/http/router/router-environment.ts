import type { Timers } from "../../../host/timers.ts";
import type { UpstreamTransport } from "../../../host/upstream-transport.ts";
import type { Cluster } from "../../../upstream/cluster.ts";
import type { RouterSettings } from "./router-settings.ts";
import type { RouterStats } from "./router-stats.ts";
import type { VirtualClusters } from "./virtual-cluster-stats.ts";

/** What all streams of a router filter have in common. */
export interface RouterEnvironment {
  /** Asked for every request, so that it sees the clusters of the moment. */
  readonly clusters: { get(name: string): Cluster | undefined };
  readonly transport: UpstreamTransport;
  /** For what outlives a stream: mirrors. */
  readonly timers: Timers;
  readonly settings: RouterSettings;
  readonly stats: RouterStats;
  readonly virtualClusters: VirtualClusters;
}
