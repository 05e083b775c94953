import type { ConfigPath } from "../diagnostics/config-path.ts";
import type {
  Bootstrap,
  HttpConnectionManager,
  HttpFilter,
  Route,
  RouteConfiguration,
  RouteList,
} from "../schema/envoy-types.ts";
import { type MessageVisitor, visitMessages } from "../schema/visit.ts";
import { lintBroadPrefixes } from "./broad-prefixes.ts";
import type { LintContext } from "./lint-context.ts";
import { lintRetryAmplification, type RouteLevels } from "./retry-amplification.ts";
import { lintBufferedGrpc, lintStreamingTimeout } from "./streaming-routes.ts";
import { lintTrustedClients } from "./trusted-clients.ts";
import { lintUnreachableRoutes } from "./unreachable-routes.ts";
import { lintUpstreamTls } from "./upstream-tls.ts";
import { lintWeights } from "./weights.ts";

const MATCHER = "xds.type.matcher.v3.Matcher";
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

function lintConnectionManager(config: HttpConnectionManager, path: ConfigPath, context: LintContext): void {
  const { routeConfig, httpFilters = [] } = config;
  lintTrustedClients(config, path, context);
  if (routeConfig !== undefined)
    lintRouteTable(routeConfig, path.field("routeConfig"), { ...context, filters: httpFilters });
}

/** Warns of routes. `filters` are those of the chain that the table is used with. */
export function lintRouteTable(config: RouteConfiguration, path: ConfigPath, context: RouteLintContext): void {
  for (const [hostAt, virtualHost] of (config.virtualHosts ?? []).entries()) {
    const hostPath = path.field("virtualHosts").index(hostAt);
    const lintOne = (route: Route, at: ConfigPath): void => lintRoute({ config, virtualHost, route }, at, context);
    const { routes = [], matcher } = virtualHost;
    lintList(routes, hostPath.field("routes"), context);
    for (const [at, route] of routes.entries()) lintOne(route, hostPath.field("routes").index(at));
    if (matcher === undefined) continue;
    visitMessages(matcher, MATCHER, routeVisitor(lintOne, context), hostPath.field("matcher"));
  }
}

type RouteLintContext = LintContext & { readonly filters: readonly HttpFilter[] };

/** Meets the routes that a matcher leads to, and the lists of them. */
function routeVisitor(lintOne: (route: Route, path: ConfigPath) => void, context: LintContext): MessageVisitor {
  return {
    message(type, path, json) {
      if (type === "envoy.config.route.v3.Route") lintOne(json, path);
      if (type === "envoy.config.route.v3.RouteList") lintList(routesIn(json), path.field("routes"), context);
      return true;
    },
  };
}

function routesIn({ routes = [] }: RouteList): readonly Route[] {
  return routes;
}

/** What shows only where routes stand side by side. `path` is that of the list. */
function lintList(routes: readonly Route[], path: ConfigPath, context: LintContext): void {
  lintUnreachableRoutes(routes, path, context);
  lintBroadPrefixes(routes, path, context);
}

function lintRoute(levels: RouteLevels, path: ConfigPath, context: RouteLintContext): void {
  const split = levels.route.route?.weightedClusters;
  if (split !== undefined) lintWeights(split, path.field("route").field("weightedClusters"), context);
  lintRetryAmplification(levels, path, context);
  lintStreamingTimeout(levels, path, context);
  lintBufferedGrpc(levels, path, context.filters, context);
}
