import type { ConfigPath } from "../diagnostics/config-path.ts";
import { compileSubstitution } from "../formatter/compile-substitution.ts";
import type { DirectResponseAction, RedirectAction, Route as RouteConfig } from "../schema/envoy-types.ts";
import { type ActionPlace, compileForward } from "./compile-forward.ts";
import { compileDirectResponseBody } from "./direct-response.ts";
import { LocalRoute } from "./local-route.ts";
import { compilePathSpecifier, type PathSpecifier } from "./path-specifier.ts";
import { compileRedirectLocation, requestLocation } from "./redirect-location.ts";
import { compileRouteConditions, type RouteConditions } from "./route-conditions.ts";
import type { RouteContext } from "./route-context.ts";
import { pickAlways, type RoutePick } from "./route-pick.ts";
import { extendScope, type RouteScope } from "./route-scope.ts";
import { compileRouteTrace } from "./route-trace.ts";

/** One entry of a virtual host's `routes`, compiled. */
export interface RouteEntry {
  readonly specifier: PathSpecifier;
  readonly conditions: RouteConditions;
  readonly pick: RoutePick;
}

/** Compiles one route; nothing after reporting why. `outer` is what the virtual host says. */
export function compileRoute(
  config: RouteConfig,
  outer: RouteScope,
  path: ConfigPath,
  context: RouteContext,
): RouteEntry | undefined {
  const { match = {}, name = "" } = config;
  const matchPath = path.field("match");
  const specifier = compilePathSpecifier(match, matchPath, context.diagnostics);
  const conditions = compileRouteConditions(match, matchPath, context.diagnostics);
  if (specifier === undefined) return undefined;
  const scope = extendScope(
    { ...outer, routeName: name, metadata: config.metadata?.filterMetadata ?? {}, trace: compileRouteTrace(config) },
    config,
    path,
    context,
  );
  const pick = compileAction(config, { scope, specifier, route: config, path }, context);
  return pick && { specifier, conditions, pick };
}

/** `place.path` is that of the route. */
function compileAction(config: RouteConfig, place: ActionPlace, context: RouteContext): RoutePick | undefined {
  const { route, redirect, directResponse } = config;
  const at = (field: keyof RouteConfig): ActionPlace => ({ ...place, path: place.path.field(field) });
  if (route !== undefined) return compileForward(route, at("route"), context);
  if (redirect !== undefined) return compileRedirect(redirect, at("redirect"), context);
  if (directResponse !== undefined) return compileDirectResponse(directResponse, at("directResponse"), context);
  const message = "expected one of route, redirect, direct_response; the others are not implemented";
  context.diagnostics.error(place.path, "config.unsupported", message);
  return undefined;
}

const REDIRECT_STATUS = {
  MOVED_PERMANENTLY: 301,
  FOUND: 302,
  SEE_OTHER: 303,
  TEMPORARY_REDIRECT: 307,
  PERMANENT_REDIRECT: 308,
} as const;

function compileRedirect(config: RedirectAction, place: ActionPlace, { diagnostics }: RouteContext): RoutePick {
  const { scope, specifier, path } = place;
  const status = REDIRECT_STATUS[config.responseCode ?? "MOVED_PERMANENTLY"];
  const location = compileRedirectLocation(config, specifier.matchedLength, path, diagnostics);
  return pickAlways(new LocalRoute(scope, { kind: "redirect", status, body: "" }, location));
}

function compileDirectResponse(
  config: DirectResponseAction,
  { scope, path }: ActionPlace,
  context: RouteContext,
): RoutePick {
  const { status = 200, body, bodyFormat: format } = config;
  const { maxDirectResponseBytes, diagnostics } = context;
  const bodyPath = path.field("body");
  const text = body ? compileDirectResponseBody(body, maxDirectResponseBytes, bodyPath, diagnostics) : "";
  const bodyFormat = format && compileSubstitution(format, path.field("bodyFormat"), diagnostics);
  return pickAlways(
    new LocalRoute(scope, { kind: "direct_response", status, body: text, bodyFormat }, requestLocation),
  );
}
