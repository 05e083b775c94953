import { bufferFilter } from "../filters/http/buffer/buffer-filter.ts";
import { corsFilter } from "../filters/http/cors/cors-filter.ts";
import { headerMutationFilter } from "../filters/http/header-mutation/header-mutation-filter.ts";
import { createRouterFactory } from "../filters/http/router/router-factory.ts";
import type { HostCapabilities } from "../host/capabilities.ts";
import type { UpstreamTransport } from "../host/upstream-transport.ts";
import type { AnyFilterFactory } from "../http-filter/filter-registry.ts";
import type { ClusterManager } from "../upstream/cluster-manager.ts";

// What the edge is, said once: the Worker runs on it, and `nuncio build` refuses by it, so that neither can accept what the other does not.

/** What the platform leaves a Worker. */
export const EDGE_CAPABILITIES: HostCapabilities = {
  target: "edge",
  rawConnect: false,
};

/** The HTTP filters of the edge. What is not in this list is not in the Worker's bundle. */
export function edgeFilters(clusters: ClusterManager, transport: UpstreamTransport): readonly AnyFilterFactory[] {
  return [bufferFilter, corsFilter, headerMutationFilter, createRouterFactory({ clusters, transport })];
}
