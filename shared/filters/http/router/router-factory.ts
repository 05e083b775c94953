import type { Timers } from "../../../host/timers.ts";
import type { UpstreamTransport } from "../../../host/upstream-transport.ts";
import type { TerminalFilterFactory } from "../../../http-filter/filter-factory.ts";
import type { HttpRouterRouter } from "../../../schema/envoy-types.ts";
import type { StatsScope } from "../../../stats/stats-scope.ts";
import type { Cluster } from "../../../upstream/cluster.ts";
import { RouterFilter } from "./router-filter.ts";
import { compileRouterSettings } from "./router-settings.ts";
import { VirtualClusters } from "./virtual-cluster-stats.ts";
import { RouterStats } from "./router-stats.ts";

/** What the router filter needs beside its configuration. */
export interface RouterDependencies {
  /** Asked for every request, so that it sees the clusters of the moment. */
  readonly clusters: { get(name: string): Cluster | undefined };
  readonly transport: UpstreamTransport;
  readonly timers: Timers;
  /** The root of all statistics. */
  readonly stats: StatsScope;
}

/** `envoy.filters.http.router`. */
export function createRouterFactory({
  clusters,
  transport,
  timers,
  stats: root,
}: RouterDependencies): TerminalFilterFactory<HttpRouterRouter> {
  const virtualClusters = new VirtualClusters(root);
  return {
    name: "envoy.filters.http.router",
    configType: "envoy.extensions.filters.http.router.v3.Router",
    terminal: true,
    prepare(config, context) {
      const settings = compileRouterSettings(config);
      const stats = new RouterStats(context.stats);
      const environment = { clusters, transport, timers, settings, stats, virtualClusters };
      return (callbacks) => new RouterFilter(environment, callbacks);
    },
  };
}
