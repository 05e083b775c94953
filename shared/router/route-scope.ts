import type { ConfigPath } from "../diagnostics/config-path.ts";
import type { HostMetadata } from "../host/upstream-host.ts";
import type { AnyMessage } from "../schema/envoy-types.ts";
import { FilterConfigs, type FilterConfigsContext } from "./filter-configs.ts";
import { MutationLevels, type MutationLists } from "./mutation-levels.ts";
import { NO_POLICIES, type OuterPolicies } from "./policies/forward-policies.ts";
import type { RouteTrace } from "./route-trace.ts";
import type { VirtualClusterOf } from "./virtual-clusters.ts";

/** What every level of a route configuration can say. */
export interface ScopeConfig extends MutationLists {
  readonly typedPerFilterConfig?: Readonly<Record<string, AnyMessage>>;
}

/** What a route has from the levels around it and says itself. Immutable; equal levels share their parts. */
export interface RouteScope {
  /** Of the innermost level: for a route, where it stands. */
  readonly path: ConfigPath;
  readonly routeName: string;
  readonly virtualHostName: string;
  readonly virtualClusterOf: VirtualClusterOf | undefined;
  /** Of the route. */
  readonly metadata: HostMetadata;
  readonly trace?: RouteTrace | undefined;
  readonly virtualHostMetadata: HostMetadata;
  /** What the levels around a route say of how its requests are sent. */
  readonly policies: OuterPolicies;
  readonly mutations: MutationLevels;
  readonly filterConfigs: FilterConfigs;
}

/** The scope of a level that stands in none. */
export function emptyScope(mostSpecificWins: boolean, path: ConfigPath): RouteScope {
  const mutations = MutationLevels.none(mostSpecificWins);
  return {
    path,
    routeName: "",
    virtualHostName: "",
    virtualClusterOf: undefined,
    metadata: {},
    virtualHostMetadata: {},
    policies: NO_POLICIES,
    mutations,
    filterConfigs: FilterConfigs.none,
  };
}

/** The scope of the next level down. */
export function extendScope(
  scope: RouteScope,
  level: ScopeConfig,
  path: ConfigPath,
  context: FilterConfigsContext,
): RouteScope {
  const filterPath = path.field("typedPerFilterConfig");
  return {
    ...scope,
    path,
    mutations: scope.mutations.extend(level, path, context.diagnostics),
    filterConfigs: scope.filterConfigs.extend(level.typedPerFilterConfig, filterPath, context),
  };
}
