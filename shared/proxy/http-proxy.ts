import { invariant } from "../base/invariant.ts";
import type { DiagnosticCollector } from "../diagnostics/collector.ts";
import { ConfigPath } from "../diagnostics/config-path.ts";
import type { DiagnosticSink } from "../diagnostics/diagnostic.ts";
import type { HttpStream } from "../hcm/active-stream.ts";
import { ConnectionManager, type DownstreamRequest } from "../hcm/connection-manager.ts";
import type { Host } from "../host/host.ts";
import type { DownstreamStream } from "../http-filter/downstream-stream.ts";
import { type AnyFilterFactory, FilterRegistry } from "../http-filter/filter-registry.ts";
import type { Bootstrap, Listener } from "../schema/envoy-types.ts";
import type { StatsScope } from "../stats/stats-scope.ts";
import { ClusterManager } from "../upstream/cluster-manager.ts";
import { outlierLogEntry } from "../upstream/outlier/outlier-event.ts";
import { reportDuplicateClusters } from "../upstream/compile-cluster.ts";
import { compileHttpListener, findHttpListeners } from "./http-listeners.ts";
import { type Resource, type ResourceSet, resourcesOf } from "./resources.ts";

export interface HttpProxyOptions {
  readonly host: Host;
  /** The root of all statistics. */
  readonly stats: StatsScope;
  /** The host's list of HTTP filters; the router needs the clusters that it sends to. */
  readonly filters: (clusters: ClusterManager) => readonly AnyFilterFactory[];
}

/** What serves the requests of one listener. */
interface Door {
  readonly listener: Resource<Listener>;
  readonly clusterNames: string;
  readonly manager: ConnectionManager;
}

interface Serving {
  readonly tls: Door;
  readonly plain: Door;
}

/**
 * An HTTP proxy on a host without ports: the edge. Its doors are {@link HttpListeners}. A configuration takes effect as a whole or
 * not at all; requests finish on the one that they began with.
 */
export class HttpProxy {
  readonly clusters: ClusterManager;
  readonly #options: HttpProxyOptions;
  readonly #registry: FilterRegistry;
  #serving: Serving | undefined;

  constructor(options: HttpProxyOptions) {
    const { host, stats, filters } = options;
    this.#options = options;
    this.clusters = new ClusterManager({
      capabilities: host.capabilities,
      random: host.random,
      clock: host.clock,
      stats,
      onOutlierEvent: (cluster, event) => host.logger.log("info", ...outlierLogEntry(cluster, event)),
    });
    this.#registry = new FilterRegistry(filters(this.clusters));
  }

  /** The listeners that serve; none before the first configuration. */
  get listeners(): readonly Resource<Listener>[] {
    if (this.#serving === undefined) return [];
    const { tls, plain } = this.#serving;
    return tls.listener.name === plain.listener.name ? [tls.listener] : [tls.listener, plain.listener];
  }

  /**
   * Takes over a configuration. Clusters and listeners keep their objects and their state where their content is the same.
   * Gives false, and changes nothing, when the diagnostics hold an error afterwards.
   */
  update(bootstrap: Bootstrap, diagnostics: DiagnosticCollector): boolean {
    const resources = resourcesOf(bootstrap);
    const path = ConfigPath.root.field("staticResources").field("clusters");
    reportDuplicateClusters(bootstrap.staticResources?.clusters ?? [], path, diagnostics);
    const clusters = this.clusters.prepare(resources.clusters.values(), diagnostics);
    const serving = this.#prepareServing(resources, diagnostics);
    if (clusters !== undefined && serving !== undefined && !diagnostics.hasErrors) {
      this.clusters.commit(clusters);
      this.#serving = serving;
      return true;
    }
    if (clusters !== undefined) this.clusters.abort(clusters);
    return false;
  }

  /** Starts a stream on the configuration of this moment. */
  handle(request: DownstreamRequest, downstream: DownstreamStream): HttpStream {
    const serving = this.#serving;
    invariant(serving !== undefined, "a host takes requests only after the first configuration");
    const door = request.downstream.tls ? serving.tls : serving.plain;
    return door.manager.handle(request, downstream);
  }

  #prepareServing(resources: ResourceSet, diagnostics: DiagnosticSink): Serving | undefined {
    const listeners = findHttpListeners(resources, diagnostics);
    if (listeners === undefined) return undefined;
    const tls = this.#prepareDoor(listeners.tls, resources, diagnostics);
    const plain = listeners.plain === listeners.tls ? tls : this.#prepareDoor(listeners.plain, resources, diagnostics);
    return tls && plain && { tls, plain };
  }

  /** Routes are checked against the names of the clusters, so a listener also depends on those. */
  #prepareDoor(
    listener: Resource<Listener>,
    { clusters, node }: ResourceSet,
    diagnostics: DiagnosticSink,
  ): Door | undefined {
    const clusterNames = [...clusters.keys()].join("\n");
    const before = [this.#serving?.tls, this.#serving?.plain].find((door) => door?.listener.name === listener.name);
    if (before?.listener.fingerprint === listener.fingerprint && before.clusterNames === clusterNames) {
      return { ...before, listener };
    }
    const { stats, host } = this.#options;
    const { capabilities } = host;
    const context = { diagnostics, registry: this.#registry, stats, clusters, capabilities, node };
    const compiled = compileHttpListener(listener, context);
    if (compiled === undefined) return undefined;
    return { listener, clusterNames, manager: new ConnectionManager(compiled.manager, host, compiled.connectionCheck) };
  }
}
