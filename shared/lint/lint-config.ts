import type { ConfigPath } from "../diagnostics/config-path.ts";
import type { Bootstrap, HttpConnectionManager, HttpFilter, RouteConfiguration } from "../schema/envoy-types.ts";
import { visitMessages } from "../schema/visit.ts";
import { lintBroadPrefixes } from "./broad-prefixes.ts";
import type { LintContext } from "./lint-context.ts";
import { lintRetryAmplification } from "./retry-amplification.ts";
import { lintBufferedGrpc, lintStreamingTimeout } from "./streaming-routes.ts";
import { lintUnreachableRoutes } from "./unreachable-routes.ts";
import { lintUpstreamTls } from "./upstream-tls.ts";
import { lintWeights } from "./weights.ts";

const CONNECTION_MANAGER = "envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager";

/** Warns of what is allowed and hardly meant, in a configuration that loads and compiles. */
export function lintConfig(bootstrap: Bootstrap, context: LintContext): void {
  visitMessages(bootstrap, "envoy.config.bootstrap.v3.Bootstrap", {
    message(type, path, json) {
      if (type === "envoy.config.cluster.v3.Cluster") lintUpstreamTls(json, path, context);
      if (type === CONNECTION_MANAGER) lintConnectionManager(json, path, context);
      return true;
    },
  });
}

function lintConnectionManager(
  { routeConfig, httpFilters = [] }: HttpConnectionManager,
  path: ConfigPath,
  context: LintContext,
): void {
  if (routeConfig !== undefined)
    lintRouteTable(routeConfig, path.field("routeConfig"), { ...context, filters: httpFilters });
}

/** Warns of routes. `filters` are those of the chain that the table is used with. */
export function lintRouteTable(
  config: RouteConfiguration,
  path: ConfigPath,
  context: LintContext & { readonly filters: readonly HttpFilter[] },
): void {
  for (const [hostAt, virtualHost] of (config.virtualHosts ?? []).entries()) {
    const hostPath = path.field("virtualHosts").index(hostAt);
    lintUnreachableRoutes(virtualHost, hostPath, context);
    lintBroadPrefixes(virtualHost, hostPath, context);
    for (const [at, route] of (virtualHost.routes ?? []).entries()) {
      const routePath = hostPath.field("routes").index(at);
      const levels = { config, virtualHost, route };
      const split = route.route?.weightedClusters;
      if (split !== undefined) lintWeights(split, routePath.field("route").field("weightedClusters"), context);
      lintRetryAmplification(levels, routePath, context);
      lintStreamingTimeout(levels, routePath, context);
      lintBufferedGrpc(levels, routePath, context.filters, context);
    }
  }
}
