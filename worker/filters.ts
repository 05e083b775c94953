import type { UpstreamTransport } from "../shared/host/upstream-transport.ts";
import type { AnyFilterFactory } from "../shared/http-filter/filter-registry.ts";
import { bufferFactory } from "../shared/filters/http/buffer/buffer-filter.ts";
import { corsFactory } from "../shared/filters/http/cors/cors-filter.ts";
import { headerMutationFactory } from "../shared/filters/http/header-mutation/header-mutation-filter.ts";
import { createRouterFactory } from "../shared/filters/http/router/router-filter.ts";
import type { ClusterManager } from "../shared/upstream/cluster-manager.ts";

/** The HTTP filters of the Worker. What is not in this list is not in the bundle. */
export function httpFilters(clusters: ClusterManager, upstream: UpstreamTransport): readonly AnyFilterFactory[] {
  return [bufferFactory, corsFactory, headerMutationFactory, createRouterFactory({ clusters, upstream })];
}
