import type { ResolutionUpdate } from "../../shared/upstream/cluster-manager.ts";
import type { CompiledCluster } from "../../shared/upstream/compiled-cluster.ts";
import { DnsRefresh, type DnsRefreshOptions } from "../../shared/upstream/dns-refresh.ts";
import type { CheckedConfig } from "./check-config.ts";
import { loggingResolver } from "./logging-resolver.ts";

/** What an update prepared; commit it or abort it. */
export interface PreparedDns {
  commit(): void;
  abort(): void;
}

/** A cluster whose names are resolved, and the content that it was compiled from. */
interface Resolved {
  readonly fingerprint: string;
  readonly cluster: CompiledCluster;
}

/**
 * Name resolution for all threads, on the main thread. A cluster that an update leaves as it is goes on undisturbed; one that is
 * new or changed is asked for before the update is brought in, so that it begins with hosts.
 */
export class ClusterDns {
  readonly #refresh: DnsRefresh;
  readonly #onUpdate: (update: ResolutionUpdate) => void;
  #running: ReadonlyMap<string, Resolved> = new Map();
  /** Clusters that threads do not have yet: their answers go out with the update. */
  #unborn: ReadonlySet<string> = new Set();

  constructor(options: DnsRefreshOptions) {
    this.#onUpdate = options.onUpdate;
    this.#refresh = new DnsRefresh({
      ...options,
      resolver: loggingResolver(options.resolver, options.logger),
      onUpdate: (update) => {
        if (!this.#unborn.has(update.clusterName)) options.onUpdate(update);
      },
    });
  }

  /** All that is known, for a thread that starts or is about to change. */
  resolutions(): readonly ResolutionUpdate[] {
    return this.#refresh.known();
  }

  /** Settles when each new name has had its first answer, good or bad. */
  async prepare({ clusters, resources }: CheckedConfig): Promise<PreparedDns> {
    const before = this.#running;
    const next = new Map<string, Resolved>();
    for (const cluster of clusters) {
      const fingerprint = resources.clusters.get(cluster.name)?.fingerprint ?? "";
      const known = before.get(cluster.name);
      next.set(cluster.name, known?.fingerprint === fingerprint ? known : { fingerprint, cluster });
    }
    this.#unborn = new Set([...next.keys()].filter((name) => next.get(name) !== before.get(name)));
    this.#resolve(next);
    await this.#refresh.ready();
    return {
      commit: () => {
        this.#running = next;
        this.#release();
      },
      abort: () => {
        this.#resolve(before);
        this.#unborn = new Set();
      },
    };
  }

  stop(): void {
    this.#refresh.stop();
  }

  #resolve(clusters: ReadonlyMap<string, Resolved>): void {
    this.#refresh.setClusters([...clusters.values()].map(({ cluster }) => cluster));
  }

  /** What became known while the threads were changing over may have missed them. */
  #release(): void {
    const unborn = this.#unborn;
    this.#unborn = new Set();
    for (const update of this.#refresh.known()) if (unborn.has(update.clusterName)) this.#onUpdate(update);
  }
}
