import type { ConfigPath } from "../diagnostics/config-path.ts";
import type { DiagnosticSink } from "../diagnostics/diagnostic.ts";
import type { RouteConfiguration, VirtualHost as VirtualHostConfig } from "../schema/envoy-types.ts";
import { compileRoute } from "./compile-route.ts";
import { type DomainRefusal, DomainIndex } from "./domain-index.ts";
import type { CompileRouteFilterConfig } from "./filter-configs.ts";
import { compileMatcherRoutes } from "./matcher-routes.ts";
import { tablePolicies, virtualHostPolicies } from "./policies/forward-policies.ts";
import type { RouteContext } from "./route-context.ts";
import { RouteDiagnostics } from "./route-diagnostics.ts";
import { type RouteChoice, RouteList } from "./route-list.ts";
import { emptyScope, extendScope, type RouteScope } from "./route-scope.ts";
import type { RouteTable } from "./route.ts";
import { compileVirtualClusters } from "./virtual-clusters.ts";
import { VirtualHostTable } from "./virtual-host-table.ts";
import { VirtualHost } from "./virtual-host.ts";

/** What a route table is compiled with. */
export interface RouteCompileContext {
  /** Of the route configuration. */
  readonly path: ConfigPath;
  readonly diagnostics: DiagnosticSink;
  /** The clusters that there are; checked unless `validate_clusters` is false. */
  readonly clusters: { has(name: string): boolean };
  readonly compileRouteConfig: CompileRouteFilterConfig;
}

/** Source: Envoy `RouteConfiguration.max_direct_response_body_size_bytes`. */
const DEFAULT_DIRECT_RESPONSE_BYTES = 4096;

/** Compiles a route configuration into a table that matches requests; nothing after reporting every reason why not. */
export function compileRouteTable(config: RouteConfiguration, context: RouteCompileContext): RouteTable | undefined {
  const { path, compileRouteConfig } = context;
  const diagnostics = new RouteDiagnostics(context.diagnostics);
  const routeContext: RouteContext = {
    diagnostics,
    compileRouteConfig,
    clusters: (config.validateClusters ?? true) ? context.clusters : undefined,
    maxDirectResponseBytes: config.maxDirectResponseBodySizeBytes ?? DEFAULT_DIRECT_RESPONSE_BYTES,
  };
  const outer = emptyScope(config.mostSpecificHeaderMutationsWins ?? false, path);
  const policies = tablePolicies(config, path, routeContext);
  const scope = extendScope({ ...outer, policies }, config, path, routeContext);
  const ignoresParameters = config.ignorePathParametersInPathMatching ?? false;
  const place = { scope, path: path.field("virtualHosts"), ignoresParameters };
  const domains = compileVirtualHosts(config, place, routeContext);
  if (diagnostics.isRefused) return undefined;
  const { name = "", vhostHeader = "", ignorePortInHostMatching: ignoresPort = false } = config;
  return new VirtualHostTable(name, domains, { header: vhostHeader.toLowerCase() || ":authority", ignoresPort });
}

interface Place {
  readonly scope: RouteScope;
  readonly path: ConfigPath;
  /** `ignore_path_parameters_in_path_matching` */
  readonly ignoresParameters: boolean;
}

function compileVirtualHosts(
  config: RouteConfiguration,
  place: Place,
  context: RouteContext,
): DomainIndex<VirtualHost> {
  const domains = new DomainIndex<VirtualHost>();
  for (const [at, hostConfig] of (config.virtualHosts ?? []).entries()) {
    const hostPath = place.path.index(at);
    const host = compileVirtualHost(hostConfig, { ...place, path: hostPath }, context);
    for (const [domainAt, domain] of (hostConfig.domains ?? []).entries()) {
      const refusal = domains.add(domain, host);
      if (refusal === undefined) continue;
      const domainPath = hostPath.field("domains").index(domainAt);
      context.diagnostics.error(domainPath, "config.domain", refusalText(refusal, domain, config.name ?? ""));
    }
  }
  return domains;
}

function compileVirtualHost(config: VirtualHostConfig, place: Place, context: RouteContext): VirtualHost {
  const { name = "", requireTls = "NONE" } = config;
  const { path } = place;
  const virtualClusterOf = compileVirtualClusters(
    config.virtualClusters ?? [],
    path.field("virtualClusters"),
    context.diagnostics,
  );
  const policies = virtualHostPolicies(config, place.scope.policies, path, context);
  const virtualHostMetadata = config.metadata?.filterMetadata ?? {};
  const outer = { ...place.scope, virtualHostName: name, virtualHostMetadata, virtualClusterOf, policies };
  const scope = extendScope(outer, config, path, context);
  return new VirtualHost({ name, requireTls, routes: compileRoutes(config, { ...place, scope }, context) });
}

function compileRoutes(
  { routes = [], matcher }: VirtualHostConfig,
  { scope, path, ignoresParameters }: Place,
  context: RouteContext,
): RouteChoice {
  if (matcher !== undefined) {
    if (routes.length > 0) {
      context.diagnostics.error(path, "config.oneof", "cannot set both matcher and routes on virtual host");
    }
    return compileMatcherRoutes(matcher, { scope, ignoresParameters, path: path.field("matcher") }, context);
  }
  const entries = routes
    .map((route, at) => compileRoute(route, scope, path.field("routes").index(at), context))
    .filter((entry) => entry !== undefined);
  return new RouteList(entries, ignoresParameters);
}

/** In Envoy's words. */
function refusalText(refusal: DomainRefusal, domain: string, tableName: string): string {
  if (refusal === "second wildcard") return `Only a single wildcard domain is permitted in route ${tableName}`;
  const lower = domain.toLowerCase();
  return `Only unique values for domains are permitted. Duplicate entry of domain ${lower} in route ${tableName}`;
}
