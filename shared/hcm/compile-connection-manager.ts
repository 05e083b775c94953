import { type CompiledAccessLog, compileAccessLogs } from "../access-log/compile-access-log.ts";
import type { ConfigPath } from "../diagnostics/config-path.ts";
import type { DiagnosticSink } from "../diagnostics/diagnostic.ts";
import type { HostCapabilities } from "../host/capabilities.ts";
import type { FilterChain } from "../http-filter/filter-chain.ts";
import type { FilterRegistry } from "../http-filter/filter-registry.ts";
import { compileRouteTable } from "../router/compile-route-table.ts";
import type { RouteTable } from "../router/route.ts";
import type { HttpConnectionManager } from "../schema/envoy-types.ts";
import type { StatsScope } from "../stats/stats-scope.ts";
import { compileHttpFilters } from "./compile-http-filters.ts";
import { compilePolicies, type ConnectionManagerPolicies, type NodeIdentity } from "./compile-policies.ts";
import { compileLocalReply } from "./local-reply/compile-local-reply.ts";
import type { LocalReplies } from "./local-reply/local-reply-mapper.ts";
import { hasFilterSwitches } from "./filter-switches.ts";
import { compileLogMoments, type LogMoments } from "./log-moments.ts";
import { routeFilterConfigCompiler } from "./route-filter-configs.ts";
import { compileUpgrades, type UpgradePolicies } from "./upgrade.ts";

export interface ConnectionManagerContext {
  readonly diagnostics: DiagnosticSink;
  readonly capabilities: HostCapabilities;
  readonly registry: FilterRegistry;
  /** The names that a route may send to. */
  readonly clusters: { has(name: string): boolean };
  /** The root; `http.<stat_prefix>.` is made below it. */
  readonly stats: StatsScope;
  /** Who this proxy is (`Bootstrap.node`). */
  readonly node: NodeIdentity;
  /** Port of the listener, where there is one. */
  readonly localPort: number | undefined;
}

/** An HTTP connection manager, compiled: everything that a request needs, and nothing that changes. */
export interface CompiledConnectionManager {
  readonly policies: ConnectionManagerPolicies;
  readonly chain: FilterChain;
  readonly routes: RouteTable;
  readonly upgrades: UpgradePolicies;
  /** Whether the filters of a request depend on its route. */
  readonly hasFilterSwitches: boolean;
  readonly accessLogs: readonly CompiledAccessLog[];
  readonly logMoments: LogMoments;
  /** Absent where the proxy's own answers go out as they are. */
  readonly localReplies: LocalReplies | undefined;
  /** `http.<stat_prefix>.` */
  readonly stats: StatsScope;
  /** `http1.` */
  readonly codecStats: StatsScope;
}

/** Compiles an HTTP connection manager; nothing after reporting why. */
export function compileConnectionManager(
  config: HttpConnectionManager,
  path: ConfigPath,
  context: ConnectionManagerContext,
): CompiledConnectionManager | undefined {
  const stats = context.stats.scope(`http.${config.statPrefix ?? ""}`);
  const { diagnostics, clusters } = context;
  const { httpFilters = [], routeConfig, upgradeConfigs = [], accessLog = [], localReplyConfig } = config;
  const policies = compilePolicies(config, path, context);
  const chain = compileHttpFilters(httpFilters, path.field("httpFilters"), { ...context, stats });
  const localReplies =
    localReplyConfig && compileLocalReply(localReplyConfig, path.field("localReplyConfig"), diagnostics);
  const accessLogs = compileAccessLogs(accessLog, path.field("accessLog"), diagnostics);
  if (routeConfig === undefined) {
    diagnostics.error(
      path,
      "config.required",
      "expected route_config, got none: rds and scoped_routes are not supported",
    );
    return undefined;
  }
  const allFilters = [...httpFilters, ...upgradeConfigs.flatMap(({ filters = [] }) => filters)];
  const compileRouteConfig = routeFilterConfigCompiler(allFilters, context);
  const routePath = path.field("routeConfig");
  const routes = compileRouteTable(routeConfig, { path: routePath, diagnostics, clusters, compileRouteConfig });
  const upgrades = compileUpgrades(upgradeConfigs, path.field("upgradeConfigs"), { ...context, stats });
  if (chain === undefined || routes === undefined || upgrades === undefined) return undefined;
  return {
    policies,
    chain,
    routes,
    accessLogs,
    logMoments: compileLogMoments(config),
    localReplies,
    upgrades,
    hasFilterSwitches: hasFilterSwitches(allFilters, routeConfig),
    stats,
    codecStats: context.stats.scope("http1"),
  };
}
