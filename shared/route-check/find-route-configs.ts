import { ConfigPath } from "../diagnostics/config-path.ts";
import type { Bootstrap, HttpConnectionManager, RouteConfiguration } from "../schema/envoy-types.ts";

const MANAGER = "type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager";

/** A route configuration and where it stands. */
export interface PlacedRouteConfig {
  readonly config: RouteConfiguration;
  readonly path: ConfigPath;
  /** The connection manager around it; absent for a bare route configuration. */
  readonly manager?: { readonly config: HttpConnectionManager; readonly path: ConfigPath };
}

/** The route configurations of a bootstrap's connection managers, in the order of the file. */
export function findRouteConfigs({ staticResources }: Bootstrap): readonly PlacedRouteConfig[] {
  const path = ConfigPath.root.field("staticResources").field("listeners");
  return (staticResources?.listeners ?? []).flatMap(({ filterChains = [], defaultFilterChain }, at) => {
    const listener = path.index(at);
    const chains = filterChains.map((chain, position) => ({
      chain,
      path: listener.field("filterChains").index(position),
    }));
    if (defaultFilterChain !== undefined) {
      chains.push({ chain: defaultFilterChain, path: listener.field("defaultFilterChain") });
    }
    return chains.flatMap(({ chain: { filters = [] }, path: place }) =>
      filters.flatMap(({ typedConfig }, position) => {
        if (typedConfig?.["@type"] !== MANAGER) return [];
        // Checked against the schema by the loader, like every typed_config.
        const config = typedConfig as HttpConnectionManager;
        if (config.routeConfig === undefined) return [];
        const managerPath = place.field("filters").index(position).field("typedConfig");
        const manager = { config, path: managerPath };
        return [{ config: config.routeConfig, path: managerPath.field("routeConfig"), manager }];
      }),
    );
  });
}
