import { bufferFilter } from "../shared/filters/http/buffer/buffer-filter.ts";
import { corsFilter } from "../shared/filters/http/cors/cors-filter.ts";
import { headerMutationFilter } from "../shared/filters/http/header-mutation/header-mutation-filter.ts";
import { createRouterFactory } from "../shared/filters/http/router/router-factory.ts";
import type { UpstreamTransport } from "../shared/host/upstream-transport.ts";
import type { AnyFilterFactory } from "../shared/http-filter/filter-registry.ts";
import type { ClusterManager } from "../shared/upstream/cluster-manager.ts";

/** The HTTP filters of the Worker. What is not in this list is not in the bundle. */
export function httpFilters(clusters: ClusterManager, transport: UpstreamTransport): readonly AnyFilterFactory[] {
  return [bufferFilter, corsFilter, headerMutationFilter, createRouterFactory({ clusters, transport })];
}
