import { durationMs } from "../base/duration-ms.ts";
import type { ConfigPath } from "../diagnostics/config-path.ts";
import type { Route as RouteConfig, RouteAction } from "../schema/envoy-types.ts";
import { ClusterRoute, type ForwardSettings } from "./cluster-route.ts";
import { compileForwardPathRewrite } from "./forward-path-rewrite.ts";
import { compileHashPolicy } from "./hash-policy.ts";
import { compileHostRewrite } from "./host-rewrite.ts";
import { subsetOf } from "./metadata-match.ts";
import type { PathSpecifier } from "./path-specifier.ts";
import { compileForwardPolicies } from "./policies/forward-policies.ts";
import type { RouteContext } from "./route-context.ts";
import { type RoutePick, pickAlways } from "./route-pick.ts";
import type { RouteScope } from "./route-scope.ts";
import { compileStreamSettings } from "./stream-settings.ts";
import { compileWeightedClusters } from "./weighted-clusters.ts";

/** Source: Envoy `RouteAction.timeout`. */
const DEFAULT_TIMEOUT = "15s";
const CLUSTER_NOT_FOUND_STATUS = { SERVICE_UNAVAILABLE: 503, NOT_FOUND: 404, INTERNAL_SERVER_ERROR: 500 } as const;

/** What is known of the route around an action. */
export interface ActionPlace {
  readonly scope: RouteScope;
  readonly specifier: PathSpecifier;
  readonly route: RouteConfig;
  /** Of the action. */
  readonly path: ConfigPath;
}

/** Compiles the action of a route that sends requests on; nothing after reporting why. */
export function compileForward(
  action: NonNullable<RouteConfig["route"]>,
  place: ActionPlace,
  context: RouteContext,
): RoutePick | undefined {
  const settings = compileSettings(action, place, context);
  const { cluster, clusterHeader, weightedClusters } = action;
  const { scope, path } = place;
  if (cluster !== undefined) {
    checkCluster(cluster, path.field("cluster"), context);
    return pickAlways(new ClusterRoute(scope, settings, { cluster: { kind: "name", name: cluster } }));
  }
  if (clusterHeader !== undefined) {
    const header = clusterHeader.toLowerCase();
    return pickAlways(new ClusterRoute(scope, settings, { cluster: { kind: "header", header } }));
  }
  if (weightedClusters !== undefined) {
    const weightedPath = path.field("weightedClusters");
    return compileWeightedClusters(weightedClusters, { scope, settings, path: weightedPath }, context);
  }
  const message = "expected one of cluster, cluster_header, weighted_clusters; the others are not implemented";
  context.diagnostics.error(path, "config.unsupported", message);
  return undefined;
}

function compileSettings(
  action: RouteAction,
  { scope, specifier, route, path }: ActionPlace,
  context: RouteContext,
): ForwardSettings {
  const { diagnostics } = context;
  const { clusterNotFoundResponseCode = "SERVICE_UNAVAILABLE" } = action;
  return {
    clusterNotFoundStatus: CLUSTER_NOT_FOUND_STATUS[clusterNotFoundResponseCode],
    timeoutMs: durationMs(action.timeout ?? DEFAULT_TIMEOUT),
    stream: compileStreamSettings(action, path, diagnostics),
    policies: compileForwardPolicies(action, { route, outer: scope.policies, path }, context),
    autoHostRewrite: action.autoHostRewrite ?? false,
    appendXForwardedHost: action.appendXForwardedHost ?? false,
    hostRewrite: compileHostRewrite(action, path, diagnostics),
    metadataMatch: subsetOf(action.metadataMatch),
    hash: compileHashPolicy(action.hashPolicy ?? [], path.field("hashPolicy"), diagnostics),
    pathRewrite: compileForwardPathRewrite(action, specifier, path, diagnostics),
  };
}

function checkCluster(name: string, path: ConfigPath, { clusters, diagnostics }: RouteContext): void {
  if (clusters === undefined || clusters.has(name)) return;
  diagnostics.error(path, "config.unknown_cluster", `route: unknown cluster '${name}'`);
}
