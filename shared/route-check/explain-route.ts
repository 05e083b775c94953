import { DiagnosticCollector } from "../diagnostics/collector.ts";
import { ConfigPath } from "../diagnostics/config-path.ts";
import type { HeaderMap } from "../http/header-map.ts";
import { compileRouteTable } from "../router/compile-route-table.ts";
import { withoutFilterConfigs } from "../router/filter-configs.ts";
import type { RouteInput } from "../router/route.ts";
import type { Route, RouteConfiguration, RouteMatch } from "../schema/envoy-types.ts";

/** The first matcher of a route that did not hold. */
export interface FailedMatcher {
  /** The field of `RouteMatch`, `headers[0]`. */
  readonly field: string;
  /** The matcher, as it stands in the configuration. */
  readonly expected: unknown;
  /** What the request has in that place; `undefined` for nothing. */
  readonly actual: string | undefined;
}

/** Evaluates matchers for one request. */
export interface MatcherProbe {
  readonly request: HeaderMap;
  readonly input: RouteInput;
  /** Fields of the route configuration that change how paths are compared. */
  readonly config: RouteConfiguration;
}

type PathField = "prefix" | "path" | "safeRegex" | "connectMatcher" | "pathSeparatedPrefix" | "pathMatchPolicy";
const PATH_FIELDS: readonly PathField[] = [
  "prefix",
  "path",
  "safeRegex",
  "connectMatcher",
  "pathSeparatedPrefix",
  "pathMatchPolicy",
];

/**
 * Finds out why a route does not match, by asking for one of its matchers after the other: each is compiled alone, with the code
 * that serves traffic, into a table that has only it. `undefined` if all of them hold.
 */
export function firstFailedMatcher(match: RouteMatch, probe: MatcherProbe): FailedMatcher | undefined {
  const failed = partsOf(match).find(({ part }) => !holds(part, probe));
  return failed && { field: failed.field, expected: failed.expected, actual: failed.actual(probe.request) };
}

/** One matcher, and how to say what a request has in its place. */
interface MatchPart {
  readonly field: string;
  readonly expected: unknown;
  readonly part: RouteMatch;
  readonly actual: (request: HeaderMap) => string | undefined;
}

function partsOf(match: RouteMatch): readonly MatchPart[] {
  const { caseSensitive, grpc, runtimeFraction, tlsContext } = match;
  const sensitivity = caseSensitive === undefined ? {} : { caseSensitive };
  const paths = PATH_FIELDS.filter((field) => match[field] !== undefined).map((field) => ({
    ...single(field, match[field], pathOf),
    part: { [field]: match[field], ...sensitivity },
  }));
  return [
    ...paths,
    ...each(
      "headers",
      match.headers,
      ({ name = "" }) =>
        (request) =>
          textOf(request.values(name)),
    ),
    ...each(
      "queryParameters",
      match.queryParameters,
      ({ name = "" }) =>
        (request) =>
          queryOf(request, name),
    ),
    ...each("cookies", match.cookies, () => (request) => request.get("cookie")),
    ...each("dynamicMetadata", match.dynamicMetadata, () => () => undefined),
    ...each("filterState", match.filterState, () => () => undefined),
    ...(grpc === undefined ? [] : [single("grpc", grpc, (request) => request.get("content-type"))]),
    ...(tlsContext === undefined ? [] : [single("tlsContext", tlsContext, () => undefined)]),
    ...(runtimeFraction === undefined ? [] : [single("runtimeFraction", runtimeFraction, () => undefined)]),
  ];
}

function single(field: keyof RouteMatch, expected: unknown, actual: MatchPart["actual"]): MatchPart {
  return { field, expected, part: { [field]: expected }, actual };
}

function each<Matcher>(
  field: keyof RouteMatch,
  matchers: readonly Matcher[] = [],
  actualFor: (matcher: Matcher) => MatchPart["actual"],
): readonly MatchPart[] {
  return matchers.map((matcher, at) => ({
    field: `${field}[${at}]`,
    expected: matcher,
    part: { [field]: [matcher] },
    actual: actualFor(matcher),
  }));
}

/** Whether a route that has only this matcher takes the request. */
function holds(part: RouteMatch, { request, input, config }: MatcherProbe): boolean {
  const namesPath = PATH_FIELDS.some((field) => part[field] !== undefined);
  const anyPath: RouteMatch = request.get(":method") === "CONNECT" ? { connectMatcher: {} } : { prefix: "" };
  const route: Route = { match: namesPath ? part : { ...anyPath, ...part }, directResponse: { status: 200 } };
  const only = { ...config, virtualHosts: [{ name: "probe", domains: ["*"], routes: [route] }] };
  const table = compileRouteTable(only, {
    path: ConfigPath.root,
    diagnostics: new DiagnosticCollector(),
    clusters: { has: () => true },
    compileRouteConfig: withoutFilterConfigs,
  });
  return table?.match(request, input).kind === "route";
}

function pathOf(request: HeaderMap): string | undefined {
  const path = request.get(":path");
  return path === undefined || request.get(":method") !== "CONNECT" ? path : `${path} (CONNECT)`;
}

function queryOf(request: HeaderMap, name: string): string | undefined {
  const path = request.get(":path") ?? "";
  const query = path.includes("?") ? path.slice(path.indexOf("?") + 1) : "";
  const found = query.split("&").find((pair) => pair === name || pair.startsWith(`${name}=`));
  return found === undefined ? undefined : found.slice(name.length + 1);
}

function textOf(values: readonly string[]): string | undefined {
  return values.length === 0 ? undefined : values.join(", ");
}
