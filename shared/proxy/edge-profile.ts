import { bufferFilter } from "../filters/http/buffer/buffer-filter.ts";
import { corsFilter } from "../filters/http/cors/cors-filter.ts";
import { headerMutationFilter } from "../filters/http/header-mutation/header-mutation-filter.ts";
import { createRouterFactory } from "../filters/http/router/router-factory.ts";
import type { HostCapabilities } from "../host/capabilities.ts";
import type { Host } from "../host/host.ts";
import type { AnyFilterFactory } from "../http-filter/filter-registry.ts";
import type { StatsScope } from "../stats/stats-scope.ts";
import type { ClusterManager } from "../upstream/cluster-manager.ts";

// What the edge is, said once: the Worker runs on it, and `nuncio build` refuses by it, so that neither can accept what the other does not.

/** What the platform leaves a Worker. */
export const EDGE_CAPABILITIES: HostCapabilities = {
  target: "edge",
  rawConnect: false,
};

/** The HTTP filters of the edge. What is not in this list is not in the Worker's bundle. `stats` is the root. */
export function edgeFilters(
  clusters: ClusterManager,
  { upstream: transport, timers }: Pick<Host, "upstream" | "timers">,
  stats: StatsScope,
): readonly AnyFilterFactory[] {
  const router = createRouterFactory({ clusters, transport, timers, stats });
  return [bufferFilter, corsFilter, headerMutationFilter, router];
}
