import { invariant } from "../base/invariant.ts";
import type { DiagnosticCollector } from "../diagnostics/collector.ts";
import { ConfigPath } from "../diagnostics/config-path.ts";
import type { DiagnosticSink } from "../diagnostics/diagnostic.ts";
import {
  type CompiledConnectionManager,
  compileConnectionManager,
  type ConnectionManagerContext,
} from "../hcm/compile-connection-manager.ts";
import { ConnectionManager, type DownstreamRequest, type HttpStream } from "../hcm/connection-manager.ts";
import type { Host } from "../host/host.ts";
import type { DownstreamStream } from "../http-filter/downstream-stream.ts";
import { type AnyFilterFactory, FilterRegistry } from "../http-filter/filter-registry.ts";
import { compileOnlyFilterChain, type NetworkFilters } from "../network-filter/compile-filter-chain.ts";
import { compileConnectionCheck, type ConnectionCheck } from "../network-filter/downstream-tls.ts";
import type { Bootstrap, HttpConnectionManager, Listener } from "../schema/envoy-types.ts";
import type { StatsScope } from "../stats/stats-scope.ts";
import { ClusterManager } from "../upstream/cluster-manager.ts";
import { reportDuplicateClusters } from "../upstream/compile-cluster.ts";
import { type Resource, type ResourceSet, resourcesOf } from "./resources.ts";

const CONNECTION_MANAGER_TYPE = "envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager";

export interface HttpProxyOptions {
  readonly host: Host;
  /** The root of all statistics. */
  readonly stats: StatsScope;
  /** The host's list of HTTP filters; the router needs the clusters that it sends to. */
  readonly filters: (clusters: ClusterManager) => readonly AnyFilterFactory[];
}

/** What serves requests, with the listener that it was made from. */
interface Serving {
  readonly listener: Resource<Listener>;
  readonly clusterNames: string;
  readonly manager: ConnectionManager;
}

/**
 * An HTTP proxy on a host that has one door for all requests: the edge. One listener with an HTTP connection manager stands
 * for that door. A configuration takes effect as a whole or not at all; requests finish on the one that they began with.
 */
export class HttpProxy {
  readonly clusters: ClusterManager;
  readonly #options: HttpProxyOptions;
  readonly #registry: FilterRegistry;
  #serving: Serving | undefined;

  constructor(options: HttpProxyOptions) {
    const { host, stats, filters } = options;
    this.#options = options;
    this.clusters = new ClusterManager({ capabilities: host.capabilities, random: host.random, stats });
    this.#registry = new FilterRegistry(filters(this.clusters));
  }

  /** The listener that serves; `undefined` before the first configuration. */
  get listener(): Resource<Listener> | undefined {
    return this.#serving?.listener;
  }

  /**
   * Takes over a configuration. Clusters and the listener keep their objects and their state where their content is the same.
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
    return serving.manager.handle(request, downstream);
  }

  /** Routes are checked against the names of the clusters, so a listener also depends on those. */
  #prepareServing(resources: ResourceSet, diagnostics: DiagnosticSink): Serving | undefined {
    const listener = httpListener(resources, diagnostics);
    if (listener === undefined) return undefined;
    const clusterNames = [...resources.clusters.keys()].join("\n");
    const before = this.#serving;
    const unchanged = before?.listener.fingerprint === listener.fingerprint && before.clusterNames === clusterNames;
    if (unchanged) return { ...before, listener };
    const compiled = compileHttpListener(listener, {
      diagnostics,
      registry: this.#registry,
      stats: this.#options.stats,
      clusters: resources.clusters,
      capabilities: this.#options.host.capabilities,
    });
    if (compiled === undefined) return undefined;
    const manager = new ConnectionManager(compiled.manager, this.#options.host, compiled.connectionCheck);
    return { listener, clusterNames, manager };
  }
}

/** The listener that stands for the host's only door: the one whose filter chain ends in an HTTP connection manager. */
function httpListener({ listeners }: ResourceSet, diagnostics: DiagnosticSink): Resource<Listener> | undefined {
  const candidates = [...listeners.values()].filter(({ config }) => servesHttp(config));
  const [only, second] = candidates;
  if (only !== undefined && second === undefined) return only;
  const path = second?.path ?? ConfigPath.root.field("staticResources").field("listeners");
  const names = candidates.map(({ name }) => name).join(", ");
  const got = only === undefined ? "none" : names;
  diagnostics.error(path, "edge.listener", `expected one listener with an HTTP connection manager, got ${got}`);
  return undefined;
}

function servesHttp({ filterChains = [], defaultFilterChain }: Listener): boolean {
  const chains = defaultFilterChain === undefined ? filterChains : [...filterChains, defaultFilterChain];
  const typeUrl = `type.googleapis.com/${CONNECTION_MANAGER_TYPE}`;
  return chains.some(({ filters = [] }) => filters.some(({ typedConfig }) => typedConfig?.["@type"] === typeUrl));
}

interface CompiledHttpListener {
  readonly manager: CompiledConnectionManager;
  readonly connectionCheck: ConnectionCheck | undefined;
}

function compileHttpListener(
  { config, path }: Resource<Listener>,
  context: Omit<ConnectionManagerContext, "localPort">,
): CompiledHttpListener | undefined {
  const localPort = config.address?.socketAddress?.portValue;
  const filters: NetworkFilters<CompiledConnectionManager> = new Map([
    [
      CONNECTION_MANAGER_TYPE,
      // Checked against the schema by the loader, like every typed_config.
      (typed, at) => compileConnectionManager(typed as HttpConnectionManager, at, { ...context, localPort }),
    ],
  ]);
  const chain = compileOnlyFilterChain(config, path, { filters, diagnostics: context.diagnostics });
  if (chain?.terminal === undefined) return undefined;
  return { manager: chain.terminal, connectionCheck: compileConnectionCheck(chain.transportSocket) };
}
