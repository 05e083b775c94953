import { err, ok, type Result } from "../base/result.ts";
import { DiagnosticCollector, type PositionIndex } from "../diagnostics/collector.ts";
import type { ConfigPath } from "../diagnostics/config-path.ts";
import type { Diagnostic } from "../diagnostics/diagnostic.ts";
import type { HeaderMap } from "../http/header-map.ts";
import { StreamInfo } from "../http/stream-info.ts";
import { compileRouteTable } from "../router/compile-route-table.ts";
import { withoutFilterConfigs } from "../router/filter-configs.ts";
import { DomainIndex } from "../router/domain-index.ts";
import type { ForwardRoute, MatchTrace, Route, RouteInput, RouteTable } from "../router/route.ts";
import type { RouteConfiguration, VirtualHost } from "../schema/envoy-types.ts";
import { type FailedMatcher, firstFailedMatcher } from "./explain-route.ts";
import { explainSplit, type ExplainedSplit } from "./explain-split.ts";
import type { PlacedRouteConfig } from "./find-route-configs.ts";

/** Why a request goes where it goes. */
export interface Explanation {
  readonly host: string;
  /** All of them, as declared. */
  readonly virtualHosts: readonly ExplainedVirtualHost[];
  /** Those of the chosen virtual host, up to the one that matched; of a virtual host with a matcher only that one. */
  readonly routes: readonly ExplainedRoute[];
  /** How many come after it, and were not asked. */
  readonly notReached: number;
  /** Routes whose matchers the compiled table had to evaluate. */
  readonly candidatesExamined: number;
  readonly decision: Decision;
}

export interface ExplainedVirtualHost {
  readonly name: string;
  readonly path: ConfigPath;
  /** The most specific of its domains that fits; `undefined` if none does. */
  readonly domain: string | undefined;
  readonly chosen: boolean;
}

export interface ExplainedRoute {
  readonly name: string;
  readonly path: ConfigPath;
  /** `undefined` for the route that matched. */
  readonly failed: FailedMatcher | undefined;
}

export type Decision =
  | {
      readonly kind: "forward";
      /** `undefined` when the header that should name it is missing. */
      readonly cluster: string | undefined;
      readonly split: ExplainedSplit | undefined;
      /** Of the upstream request, after all rewrites of the route. */
      readonly host: string;
      readonly path: string;
      readonly timeoutMs: number;
    }
  | { readonly kind: "direct_response"; readonly status: number; readonly body: string }
  | { readonly kind: "redirect"; readonly status: number; readonly location: string }
  | { readonly kind: "none"; readonly status: 404 };

/** Explains one route configuration for one request. The errors of a configuration that does not compile. */
export function explainRequest(
  { config, path }: PlacedRouteConfig,
  request: HeaderMap,
  input: RouteInput,
  positions?: PositionIndex,
): Result<Explanation, readonly Diagnostic[]> {
  const diagnostics = new DiagnosticCollector(positions);
  const table = compileRouteTable(config, {
    path,
    diagnostics,
    clusters: { has: () => true },
    compileRouteConfig: withoutFilterConfigs,
  });
  return table === undefined ? err(diagnostics.diagnostics) : ok(explain({ config, path, table }, request, input));
}

interface Subject extends PlacedRouteConfig {
  readonly table: RouteTable;
}

function explain({ config, path, table }: Subject, request: HeaderMap, input: RouteInput): Explanation {
  const trace: MatchTrace = { virtualHostName: undefined, candidatesExamined: 0 };
  const match = table.match(request, input, trace);
  const virtualHosts = explainVirtualHosts(config, path, request);
  const chosenAt = virtualHosts.findIndex(({ chosen }) => chosen);
  const place = path.field("virtualHosts").index(chosenAt);
  const chosen = config.virtualHosts?.[chosenAt];
  const common = { host: request.get(":authority") ?? "", virtualHosts, candidatesExamined: trace.candidatesExamined };
  if (match.kind === "require_tls") {
    const decision = { kind: "redirect", status: 301, location: match.location } as const;
    return { ...common, routes: [], notReached: chosen?.routes?.length ?? 0, decision };
  }
  if (match.kind === "route" && chosen?.matcher !== undefined) {
    const { name, path: at } = match.route;
    const decision = decide(match.route, { config, path }, { request, input, table });
    return { ...common, routes: [{ name, path: at, failed: undefined }], notReached: 0, decision };
  }
  const routes = chosen === undefined ? [] : explainRoutes(chosen, place, { request, input, config });
  const notReached = (chosen?.routes?.length ?? 0) - routes.length;
  if (match.kind === "none") return { ...common, routes, notReached, decision: { kind: "none", status: 404 } };
  return { ...common, routes, notReached, decision: decide(match.route, { config, path }, { request, input, table }) };
}

function explainVirtualHosts(
  config: RouteConfiguration,
  path: ConfigPath,
  request: HeaderMap,
): readonly ExplainedVirtualHost[] {
  const hosts = config.virtualHosts ?? [];
  const host = hostOf(request, config);
  const all = indexOf(hosts.flatMap(({ domains = [] }) => domains));
  const winner = all.find(host);
  return hosts.map(({ name = "", domains = [] }, at) => {
    const domain = indexOf(domains).find(host);
    const chosen = winner !== undefined && domains.includes(winner);
    return { name, path: path.field("virtualHosts").index(at), domain, chosen };
  });
}

function indexOf(domains: readonly string[]): DomainIndex<string> {
  const index = new DomainIndex<string>();
  for (const domain of domains) index.add(domain, domain);
  return index;
}

/** As the table reads it: with `ignore_port_in_host_matching` without the port. */
function hostOf(
  request: HeaderMap,
  { ignorePortInHostMatching = false, vhostHeader = "" }: RouteConfiguration,
): string {
  const host = (vhostHeader === "" ? request.get(":authority") : request.values(vhostHeader.toLowerCase())[0]) ?? "";
  return ignorePortInHostMatching ? host.replace(/:[0-9]*$/, "") : host;
}

/** Up to the first that matches, which is the one that the table finds. */
function explainRoutes(
  { routes = [] }: VirtualHost,
  path: ConfigPath,
  probe: Parameters<typeof firstFailedMatcher>[1],
): readonly ExplainedRoute[] {
  const explained: ExplainedRoute[] = [];
  for (const [at, { name = "", match = {} }] of routes.entries()) {
    const failed = firstFailedMatcher(match, probe);
    explained.push({ name, path: path.field("routes").index(at), failed });
    if (failed === undefined) break;
  }
  return explained;
}

interface Matched {
  readonly request: HeaderMap;
  readonly input: RouteInput;
  readonly table: RouteTable;
}

function decide(route: Route, placed: PlacedRouteConfig, matched: Matched): Decision {
  const { request } = matched;
  switch (route.kind) {
    case "direct_response":
      return { kind: "direct_response", status: route.status, body: route.body };
    case "redirect":
      return {
        kind: "redirect",
        status: route.status,
        location: route.location(request, matched.input.info ?? unknownStream()) ?? "",
      };
    case "forward":
      return { kind: "forward", split: explainSplit(route, placed, matched), ...forwarded(route, matched) };
  }
}

function forwarded(
  route: ForwardRoute,
  { request, input }: Matched,
): { cluster: string | undefined; host: string; path: string; timeoutMs: number } {
  const cluster = route.clusterName(request);
  const upstream = request.clone();
  route.finalizeRequestHeaders(upstream, input.info ?? unknownStream());
  const host = upstream.get(":authority") ?? "";
  return { cluster, host, path: upstream.get(":path") ?? "", timeoutMs: route.timeoutMs };
}

function unknownStream(): StreamInfo {
  const downstream = { remoteAddress: "", directRemoteAddress: "", localAddress: "", protocol: "HTTP/1.1" } as const;
  return new StreamInfo({ startWallMs: 0, startMonotonicMs: 0, downstream: { ...downstream, tls: false } });
}
