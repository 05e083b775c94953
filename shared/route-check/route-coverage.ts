import type { ConfigPath } from "../diagnostics/config-path.ts";
import type { Route, RouteConfiguration } from "../schema/envoy-types.ts";

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
export function routeCoverage(
  config: RouteConfiguration,
  path: ConfigPath,
  reached: ReadonlySet<string>,
): RouteCoverage {
  const routes = (config.virtualHosts ?? []).flatMap((host, at) => {
    const place = path.field("virtualHosts").index(at).field("routes");
    return (host.routes ?? []).map((route, position) => describe(route, host.name ?? "", place.index(position)));
  });
  return { total: routes.length, untested: routes.filter((route) => !reached.has(route.path.pointer())) };
}

function describe({ name = "" }: Route, virtualHost: string, path: ConfigPath): UntestedRoute {
  return { virtualHost, name, path };
}
