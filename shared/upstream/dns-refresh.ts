import type { StatsScope } from "../stats/stats-scope.ts";
import type { ResolutionUpdate } from "./cluster-manager.ts";
import type { CompiledCluster } from "./compiled-cluster.ts";
import { DnsStats } from "./dns-stats.ts";
import { type DnsPorts, NameRefresh } from "./name-refresh.ts";

export interface DnsRefreshOptions extends DnsPorts {
  /** The root; `cluster.<name>.` is made below it. */
  readonly stats: StatsScope;
  readonly onUpdate: (update: ResolutionUpdate) => void;
}

/** One cluster's names, by the position of their endpoint. */
interface ClusterNames {
  readonly names: ReadonlyMap<number, NameRefresh>;
  readonly stats: DnsStats;
}

/** Keeps the names of all DNS clusters resolved, on the one thread that asks for all of them. */
export class DnsRefresh {
  readonly #options: DnsRefreshOptions;
  #clusters: ReadonlyMap<CompiledCluster, ClusterNames> = new Map();

  constructor(options: DnsRefreshOptions) {
    this.#options = options;
  }

  /**
   * Makes these the clusters whose names are resolved. One that stays, the same object, goes on undisturbed; a new one begins at
   * once; one that is gone stops.
   */
  setClusters(clusters: Iterable<CompiledCluster>): void {
    const before = this.#clusters;
    const after = new Map<CompiledCluster, ClusterNames>();
    const created: ClusterNames[] = [];
    for (const cluster of clusters) {
      if (!cluster.endpoints.some(({ address }) => address.kind === "name")) continue;
      const known = before.get(cluster);
      const names = known ?? this.#createNames(cluster);
      after.set(cluster, names);
      if (known === undefined) created.push(names);
    }
    this.#clusters = after;
    for (const [cluster, names] of before) if (!after.has(cluster)) stopNames(names);
    for (const { names } of created) for (const name of names.values()) name.start();
  }

  /**
   * Settles when every name has its first answer, good or bad, except those of clusters that start-up does not wait for
   * (`wait_for_warm_on_init: false`).
   */
  async ready(): Promise<void> {
    const awaited = [...this.#clusters].filter(([cluster]) => cluster.waitForWarmOnInit);
    await Promise.all(awaited.flatMap(([, { names }]) => [...names.values()].map(({ answered }) => answered)));
  }

  /** All that is known, for a thread that starts later. */
  known(): readonly ResolutionUpdate[] {
    return [...this.#clusters].flatMap(([{ name: clusterName }, { names }]) =>
      [...names].flatMap(([endpointIndex, { addresses }]) =>
        addresses === undefined ? [] : [{ clusterName, endpointIndex, addresses }],
      ),
    );
  }

  /** No timer is left, and an answer that still comes is dropped. */
  stop(): void {
    this.setClusters([]);
  }

  #createNames(cluster: CompiledCluster): ClusterNames {
    const { stats: root, onUpdate, ...ports } = this.#options;
    const { name: clusterName, statName, discovery, dns: settings, endpoints } = cluster;
    const stats = new DnsStats(root.scope(`cluster.${statName}`));
    const names = new Map<number, NameRefresh>();
    for (const [endpointIndex, { address }] of endpoints.entries()) {
      if (address.kind !== "name") continue;
      const onAddresses = (addresses: readonly string[]): void => onUpdate({ clusterName, endpointIndex, addresses });
      names.set(endpointIndex, new NameRefresh({ name: address.host, discovery, settings, ports, stats, onAddresses }));
    }
    return { names, stats };
  }
}

function stopNames({ names, stats }: ClusterNames): void {
  for (const name of names.values()) name.stop();
  stats.release();
}
