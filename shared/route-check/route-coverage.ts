import type { ConfigPath } from "../diagnostics/config-path.ts";
import type { PlacedRouteConfig } from "./find-route-configs.ts";
import { placedRoutes } from "./placed-routes.ts";

/** A route that no test reached. */
export interface UntestedRoute {
  readonly virtualHost: string;
  /** Empty for a route without a name. */
  readonly name: string;
  readonly path: ConfigPath;
}

export interface RouteCoverage {
  readonly total: number;
  readonly untested: readonly UntestedRoute[];
}

/** Which of a table's routes were reached, by the pointers of their places. */
export function routeCoverage(placed: PlacedRouteConfig, reached: ReadonlySet<string>): RouteCoverage {
  const routes = placedRoutes(placed);
  const untested = routes.filter(({ path }) => !reached.has(path.pointer()));
  return {
    total: routes.length,
    untested: untested.map(({ virtualHost, route, path }) => ({ virtualHost, name: route.name ?? "", path })),
  };
}
