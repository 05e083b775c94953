import type { HeaderMap } from "../http/header-map.ts";
import type { Route, RouteInput, RouteMatch } from "./route.ts";

/**
 * What a matched route entry leads to. The results are made when the table is compiled, so that matching allocates nothing.
 */
export type RoutePick = (request: HeaderMap, input: RouteInput) => RouteMatch;

/** For an entry that leads to one route. */
export function pickAlways(route: Route): RoutePick {
  const match: RouteMatch = { kind: "route", route };
  return () => match;
}
