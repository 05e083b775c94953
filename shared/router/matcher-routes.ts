import type { ConfigPath } from "../diagnostics/config-path.ts";
import type { DiagnosticSink } from "../diagnostics/diagnostic.ts";
import type { HeaderMap } from "../http/header-map.ts";
import { compileMatcherTree } from "../matching/matcher-tree/compile-matcher-tree.ts";
import { type MatcherTree, type MatchInput, typeNameOf } from "../matching/matcher-tree/matcher-tree.ts";
import type {
  AnyMessage,
  HttpRequestHeaderMatchInput,
  MatcherMatcher,
  Route as RouteConfig,
  RouteList as RouteListConfig,
} from "../schema/envoy-types.ts";
import { compileRoute } from "./compile-route.ts";
import type { RouteContext } from "./route-context.ts";
import { NO_ROUTE, type RouteChoice, RouteList } from "./route-list.ts";
import type { RouteScope } from "./route-scope.ts";
import type { MatchTrace, RouteInput, RouteMatch } from "./route.ts";

/** What is known of the virtual host around a matcher. */
export interface MatcherPlace {
  readonly scope: RouteScope;
  readonly ignoresParameters: boolean;
  /** Of the matcher. */
  readonly path: ConfigPath;
}

/**
 * The routes of a virtual host that has a `matcher`: it leads to one route or to a list of them, whose own conditions must then
 * hold, too. Where they do not there is no route: the matcher is not asked again.
 */
class MatcherRoutes implements RouteChoice {
  readonly #tree: MatcherTree<HeaderMap, RouteList>;

  constructor(tree: MatcherTree<HeaderMap, RouteList>) {
    this.#tree = tree;
  }

  match(request: HeaderMap, input: RouteInput, trace: MatchTrace | undefined): RouteMatch {
    return this.#tree(request)?.match(request, input, trace) ?? NO_ROUTE;
  }
}

/** Compiles `VirtualHost.matcher`; routes that match nothing after reporting why. */
export function compileMatcherRoutes(config: MatcherMatcher, place: MatcherPlace, context: RouteContext): RouteChoice {
  const { diagnostics } = context;
  const tree = compileMatcherTree<HeaderMap, RouteList>(config, place.path, {
    diagnostics,
    compileInput: (input, path) => compileInput(input, path, diagnostics),
    compileAction: (action, path) => compileAction(action, { ...place, path }, context),
  });
  return new MatcherRoutes(tree ?? (() => undefined));
}

/** A route table is asked before there is anything but headers. */
function compileInput(
  config: AnyMessage,
  path: ConfigPath,
  diagnostics: DiagnosticSink,
): MatchInput<HeaderMap> | undefined {
  const type = typeNameOf(config);
  if (type === "envoy.type.matcher.v3.HttpRequestHeaderMatchInput") {
    const { headerName = "" } = config as HttpRequestHeaderMatchInput; // the message that the type URL names, checked by the loader
    const name = headerName.toLowerCase();
    return (request) => request.get(name === "host" ? ":authority" : name);
  }
  const message = OWN_REASONS.get(type) ?? `Route table can only match on request headers, saw ${type}`;
  diagnostics.error(path, "config.unsupported", message);
  return undefined;
}

/** Inputs that Envoy has for route tables and that there is no source for here. */
const OWN_REASONS: ReadonlyMap<string, string> = new Map([
  [
    "envoy.extensions.matching.common_inputs.network.v3.FilterStateInput",
    "there is no filter state: nothing here sets any",
  ],
  [
    "envoy.extensions.matching.common_inputs.environment_variable.v3.Config",
    "environment variables are not read while requests are matched",
  ],
  ["xds.type.matcher.v3.HttpAttributesCelMatchInput", "CEL expressions are not implemented"],
]);

function compileAction(config: AnyMessage, place: MatcherPlace, context: RouteContext): RouteList | undefined {
  const { path } = place;
  const type = typeNameOf(config);
  if (type === "envoy.config.route.v3.Route") return compileRoutes([config as RouteConfig], () => path, place, context); // as the type URL says
  if (type === "envoy.config.route.v3.RouteList") {
    const { routes = [] } = config as RouteListConfig; // as the type URL says
    return compileRoutes(routes, (at) => path.field("routes").index(at), place, context);
  }
  context.diagnostics.error(path, "config.unsupported", `expected a Route or a RouteList, got ${type}`);
  return undefined;
}

function compileRoutes(
  configs: readonly RouteConfig[],
  pathOf: (at: number) => ConfigPath,
  { scope, ignoresParameters }: MatcherPlace,
  context: RouteContext,
): RouteList | undefined {
  const entries = configs
    .map((config, at) => compileRoute(config, scope, pathOf(at), context))
    .filter((entry) => entry !== undefined);
  return entries.length === configs.length ? new RouteList(entries, ignoresParameters) : undefined;
}
