import type { ConfigPath } from "../diagnostics/config-path.ts";
import { visitMessages } from "../schema/visit.ts";
import type { Route, VirtualHost } from "../schema/envoy-types.ts";
import type { PlacedRouteConfig } from "./find-route-configs.ts";

/** A route and where it stands. */
export interface PlacedRoute {
  readonly virtualHost: string;
  readonly route: Route;
  readonly path: ConfigPath;
}

/** All routes of a configuration in the order of the file, those that a virtual host's matcher leads to included. */
export function placedRoutes({ config, path }: PlacedRouteConfig): readonly PlacedRoute[] {
  const routes: PlacedRoute[] = [];
  let virtualHost = "";
  const visitor = {
    message(type: string, at: ConfigPath, json: object): boolean {
      // What the schema calls by these names has their shape: the loader has checked it.
      if (type === "envoy.config.route.v3.VirtualHost") virtualHost = (json as VirtualHost).name ?? "";
      if (type !== "envoy.config.route.v3.Route") return true;
      routes.push({ virtualHost, route: json, path: at });
      return false;
    },
  };
  visitMessages(config, "envoy.config.route.v3.RouteConfiguration", visitor, path);
  return routes;
}
