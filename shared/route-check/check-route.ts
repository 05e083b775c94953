import { DiagnosticCollector } from "../diagnostics/collector.ts";
import { ConfigPath } from "../diagnostics/config-path.ts";
import { HeaderMap } from "../http/header-map.ts";
import { StreamInfo } from "../http/stream-info.ts";
import { compileHeaderMatcher } from "../matching/header-matcher.ts";
import type { HeaderMatcher } from "../schema/envoy-types.ts";
import type { ForwardRoute, RouteMatch, RouteTable } from "../router/route.ts";

/** One test of a route table, as Envoy's `router_check_tool` has it: a request and what is to become of it. */
export interface RouteTest {
  readonly name: string;
  readonly input: RouteTestInput;
  readonly validate: RouteExpectation;
}

export interface RouteTestInput {
  readonly authority: string;
  readonly path: string;
  /** Default: GET. */
  readonly method: string;
  /** The request comes from inside (`x-envoy-internal`). */
  readonly internal: boolean;
  readonly ssl: boolean;
  readonly randomValue: bigint;
  /** The key of the `runtime_fraction`s that hold in this test; empty for none. */
  readonly runtime: string;
  readonly additionalRequestHeaders: readonly (readonly [string, string])[];
  readonly additionalResponseHeaders: readonly (readonly [string, string])[];
}

/** What is absent is not checked. An empty text stands for none. */
export interface RouteExpectation {
  readonly clusterName?: string;
  readonly virtualHostName?: string;
  readonly virtualClusterName?: string;
  /** Path and host of the upstream request. */
  readonly pathRewrite?: string;
  readonly hostRewrite?: string;
  /** The `Location` of a redirect. */
  readonly pathRedirect?: string;
  readonly requestHeaderMatches: readonly HeaderMatcher[];
  readonly responseHeaderMatches: readonly HeaderMatcher[];
}

export interface RouteVerdict {
  /** One sentence each. */
  readonly failures: readonly string[];
  /** Where the route stands that the request took; `undefined` if it took none. */
  readonly reached: ConfigPath | undefined;
}

/** Runs one test. */
export function checkRoute(table: RouteTable, { input, validate }: RouteTest): RouteVerdict {
  const request = requestOf(input);
  const match = table.match(request, { random: input.randomValue });
  const found = foundBy(match, request);
  const response = HeaderMap.from(input.additionalResponseHeaders);
  finalize(match, request, response);
  const upstream = match.kind === "route" && match.route.kind === "forward";
  const failures = [
    ...differs("cluster_name", validate.clusterName, found.clusterName),
    ...differs("virtual_cluster_name", validate.virtualClusterName, found.virtualClusterName),
    ...differs("virtual_host_name", validate.virtualHostName, found.virtualHostName),
    ...differs("path_redirect", validate.pathRedirect, found.location),
    ...differs("path_rewrite", validate.pathRewrite, (upstream && request.get(":path")) || ""),
    ...differs("host_rewrite", validate.hostRewrite, (upstream && request.get(":authority")) || ""),
    ...validate.requestHeaderMatches.flatMap((matcher) => misses("request_header_matches", matcher, request)),
    ...validate.responseHeaderMatches.flatMap((matcher) => misses("response_header_matches", matcher, response)),
  ];
  return { failures, reached: match.kind === "route" ? match.route.path : undefined };
}

function requestOf(input: RouteTestInput): HeaderMap {
  const scheme = input.ssl ? "https" : "http";
  return HeaderMap.from([
    [":authority", input.authority],
    [":path", input.path],
    [":method", input.method],
    [":scheme", scheme],
    ["x-forwarded-proto", scheme],
    ...(input.internal ? ([["x-envoy-internal", "true"]] as const) : []),
    ...input.additionalRequestHeaders,
  ]);
}

interface Found {
  readonly clusterName: string;
  readonly virtualClusterName: string;
  readonly virtualHostName: string;
  readonly location: string;
}

const NOTHING: Found = { clusterName: "", virtualClusterName: "", virtualHostName: "", location: "" };

/** Before headers are changed, since rewrites change what redirects and cluster headers are made of. */
function foundBy(match: RouteMatch, request: HeaderMap): Found {
  if (match.kind === "require_tls") return { ...NOTHING, location: match.location };
  if (match.kind === "none") return NOTHING;
  const { route } = match;
  const { virtualHostName } = route;
  if (route.kind === "forward") {
    const virtualClusterName = route.virtualCluster(request) ?? "";
    return { ...NOTHING, clusterName: clusterOf(route, request), virtualClusterName, virtualHostName };
  }
  const location = route.kind === "redirect" ? (route.location(request, newStream()) ?? "") : "";
  return { ...NOTHING, virtualHostName, location };
}

function clusterOf(route: ForwardRoute, request: HeaderMap): string {
  return route.clusterName(request) ?? "";
}

function finalize(match: RouteMatch, request: HeaderMap, response: HeaderMap): void {
  if (match.kind !== "route") return;
  const info = newStream();
  info.routeName = match.route.name;
  if (match.route.kind === "forward") match.route.finalizeRequestHeaders(request, info);
  match.route.finalizeResponseHeaders(response, request, info);
}

function newStream(): StreamInfo {
  return new StreamInfo({ startWallMs: 0, startMonotonicMs: 0, downstream: NO_CONNECTION });
}

const NO_CONNECTION = {
  remoteAddress: "",
  directRemoteAddress: "",
  localAddress: "",
  protocol: "HTTP/1.1",
  tls: false,
} as const;

function differs(field: string, expected: string | undefined, actual: string): string[] {
  if (expected === undefined || expected === actual) return [];
  return [`${field}: expected ${JSON.stringify(expected)}, got ${JSON.stringify(actual)}`];
}

function misses(field: string, config: HeaderMatcher, headers: HeaderMap): string[] {
  const matcher = compileHeaderMatcher(config, ConfigPath.root, new DiagnosticCollector());
  if (matcher?.test(headers)) return [];
  const value = headers.get(matcher?.name ?? "");
  const said = value === undefined ? "is not there" : `is ${JSON.stringify(value)}`;
  return [`${field}: ${config.name ?? ""} ${said}, which does not match ${JSON.stringify(config)}`];
}
