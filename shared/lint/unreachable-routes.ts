import type { ConfigPath } from "../diagnostics/config-path.ts";
import type { Route } from "../schema/envoy-types.ts";
import { type LintContext, routeLabel } from "./lint-context.ts";
import { pathShape } from "./path-shape.ts";
import { conditionTexts, shareOf } from "./route-conditions.ts";
import { RouteCover } from "./route-cover.ts";

interface PlacedRoute {
  readonly name: string;
  readonly path: ConfigPath;
}

/** Warns of routes that no request reaches. `path` is that of their list. */
export function lintUnreachableRoutes(routes: readonly Route[], path: ConfigPath, context: LintContext): void {
  const cover = new RouteCover<PlacedRoute>();
  for (const [at, route] of routes.entries()) {
    const place = { name: route.name ?? "", path: path.index(at) };
    const problem = problemOf(route, cover, context);
    if (problem === undefined) remember(route, place, cover);
    else
      context.diagnostics.warning(place.path.field("match"), "lint.unreachable_route", problem.message, problem.hint);
  }
}

interface Problem {
  readonly message: string;
  readonly hint?: string;
}

function problemOf({ match = {} }: Route, cover: RouteCover<PlacedRoute>, context: LintContext): Problem | undefined {
  const shape = pathShape(match);
  if (shape === undefined) return undefined;
  if (shape.kind !== "connect" && shape.begin !== "" && !/^[/*]/.test(shape.begin)) {
    return { message: `no request reaches this route: paths begin with /, not with ${shape.begin[0] ?? ""}` };
  }
  if (shareOf(match) === 0) return { message: "no request reaches this route: its runtime_fraction is 0" };
  const earlier = cover.find(shape, conditionTexts(match));
  if (earlier === undefined) return undefined;
  const label = routeLabel(earlier.name, earlier.path, context.positions);
  return { message: `no request reaches this route: ${label} takes them first`, hint: "put the narrower route first" };
}

function remember({ match = {} }: Route, place: PlacedRoute, cover: RouteCover<PlacedRoute>): void {
  const shape = pathShape(match);
  if (shape !== undefined) cover.add(shape, conditionTexts(match), place);
}
