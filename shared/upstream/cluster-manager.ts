import type { ConfigPath } from "../diagnostics/config-path.ts";
import type { DiagnosticSink } from "../diagnostics/diagnostic.ts";
import type { HostCapabilities } from "../host/capabilities.ts";
import type { Clock } from "../host/clock.ts";
import type { RandomSource } from "../host/random-source.ts";
import type { Cluster as ClusterConfig } from "../schema/envoy-types.ts";
import type { StatsScope } from "../stats/stats-scope.ts";
import { AggregateCluster } from "./aggregate/aggregate-cluster.ts";
import { compileAggregate, isAggregate } from "./aggregate/compile-aggregate.ts";
import { Cluster } from "./cluster.ts";
import { compileCluster } from "./compile-cluster.ts";
import type { OutlierEvent } from "./outlier/outlier-event.ts";
import type { CompiledCluster } from "./compiled-cluster.ts";

/** A cluster as an update wants it. */
export interface WantedCluster {
  readonly name: string;
  readonly config: ClusterConfig;
  readonly path: ConfigPath;
  /** Equal exactly where the content is equal; the running cluster then stays, with everything that it knows. */
  readonly fingerprint: string;
}

/** One of the two: an aggregate has no hosts of its own. */
type Running = { readonly fingerprint: string } & (
  | { readonly cluster: Cluster; readonly aggregate?: undefined }
  | { readonly aggregate: AggregateCluster; readonly cluster?: undefined }
);

/** The clusters that an update leads to. Commit it or abort it; nothing that runs has changed yet. */
export interface PreparedClusters {
  readonly next: ReadonlyMap<string, Running>;
  /** Those of `next` that are new or changed: the ones that DNS has to be asked for. */
  readonly created: readonly CompiledCluster[];
}

/** Addresses that DNS gave for one endpoint. Plain data: it is posted from the thread that resolves to those that connect. */
export interface ResolutionUpdate {
  readonly clusterName: string;
  readonly endpointIndex: number;
  readonly addresses: readonly string[];
}

export interface ClusterManagerOptions {
  readonly capabilities: HostCapabilities;
  readonly random: RandomSource;
  readonly clock: Clock;
  /** Called with the cluster's name for every ejection by outlier detection, enforced or not, and every return. */
  readonly onOutlierEvent?: (cluster: string, event: OutlierEvent) => void;
  /** The root. */
  readonly stats: StatsScope;
}

/** The clusters of one thread, by name. They change all at once, in two steps. */
export class ClusterManager {
  readonly #options: ClusterManagerOptions;
  #running: ReadonlyMap<string, Running> = new Map();

  constructor(options: ClusterManagerOptions) {
    this.#options = options;
  }

  /** The cluster for one request or connection. In place of an aggregate comes the member that is to take it. */
  get(name: string): Cluster | undefined {
    const running = this.#running.get(name);
    return running?.aggregate?.choose((member) => this.#running.get(member)?.cluster) ?? running?.cluster;
  }

  /** All clusters that have hosts, in the order of the configuration. */
  *clusters(): Iterable<Cluster> {
    for (const { cluster } of this.#running.values()) if (cluster !== undefined) yield cluster;
  }

  /** Compiles and makes what is new. Gives nothing, and leaves nothing behind, after reporting what is wrong. */
  prepare(wanted: Iterable<WantedCluster>, diagnostics: DiagnosticSink): PreparedClusters | undefined {
    const next = new Map<string, Running>();
    const created: CompiledCluster[] = [];
    const all = [...wanted];
    const aggregates = new Set(all.filter(({ config }) => isAggregate(config)).map(({ name }) => name));
    let complete = true;
    for (const { name, config, path, fingerprint } of all) {
      const old = this.#running.get(name);
      if (old?.fingerprint === fingerprint) {
        next.set(name, old);
        continue;
      }
      if (aggregates.has(name)) {
        const aggregate = compileAggregate(config, path, { diagnostics, aggregates });
        if (aggregate === undefined) complete = false;
        else next.set(name, { fingerprint, aggregate: new AggregateCluster(aggregate, this.#options.random) });
        continue;
      }
      const info = compileCluster(config, path, { diagnostics, capabilities: this.#options.capabilities });
      if (info === undefined) {
        complete = false;
        continue;
      }
      created.push(info);
      next.set(name, { fingerprint, cluster: this.#create(info) });
    }
    const prepared = { next, created };
    if (complete) return prepared;
    this.abort(prepared);
    return undefined;
  }

  /** Streams and connections that use a cluster which is gone or replaced end with it. */
  commit({ next }: PreparedClusters): void {
    const before = this.#running;
    this.#running = next;
    for (const [name, old] of before) if (next.get(name) !== old) old.cluster?.stats.release();
  }

  abort({ next }: PreparedClusters): void {
    for (const [name, made] of next) if (this.#running.get(name) !== made) made.cluster?.stats.release();
  }

  /** An answer for a cluster that is gone meanwhile is of no use and does nothing. */
  applyResolution({ clusterName, endpointIndex, addresses }: ResolutionUpdate): void {
    this.#running.get(clusterName)?.cluster?.applyResolution(endpointIndex, addresses);
  }

  #create(info: CompiledCluster): Cluster {
    const { capabilities, random, clock, stats, onOutlierEvent } = this.#options;
    const names = capabilities.rawConnect ? "resolve" : "connect by name";
    const { name } = info;
    const tell = onOutlierEvent && ((event: OutlierEvent): void => onOutlierEvent(name, event));
    return new Cluster({ info, names, random, clock, stats, onOutlierEvent: tell });
  }
}
