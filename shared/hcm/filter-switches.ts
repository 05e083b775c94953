import type { FilterChain } from "../http-filter/filter-chain.ts";
import type { Route } from "../router/route.ts";
import type { AnyMessage, HttpFilter, RouteConfiguration } from "../schema/envoy-types.ts";

const FILTER_CONFIG = "type.googleapis.com/envoy.config.route.v3.FilterConfig";

/** Any level of a route configuration. */
interface Level {
  readonly typedPerFilterConfig?: Readonly<Record<string, AnyMessage>>;
}

/**
 * Whether which filters a request passes can depend on its route. Where it cannot, which is nearly always, nobody has to know
 * the route before the filters run.
 */
export function hasFilterSwitches(filters: readonly HttpFilter[], routes: RouteConfiguration): boolean {
  return filters.some(({ disabled = false }) => disabled) || levelsOf(routes).some(switchesOff);
}

function levelsOf(routes: RouteConfiguration): readonly Level[] {
  const hosts = routes.virtualHosts ?? [];
  const entries = hosts.flatMap(({ routes: ofHost = [] }) => ofHost);
  const weighted = entries.flatMap(({ route }) => route?.weightedClusters?.clusters ?? []);
  return [routes, ...hosts, ...entries, ...weighted];
}

function switchesOff({ typedPerFilterConfig = {} }: Level): boolean {
  return Object.values(typedPerFilterConfig).some(
    (config) => config["@type"] === FILTER_CONFIG && config["disabled"] === true,
  );
}

/** The chain without the filters that the route, or where it says nothing the chain, has switched off. */
export function switchedChain(chain: FilterChain, route: Route | undefined): FilterChain {
  const filters = chain.filters.filter(({ name, disabled = false }) => !(route?.filterDisabled(name) ?? disabled));
  return { ...chain, filters };
}
