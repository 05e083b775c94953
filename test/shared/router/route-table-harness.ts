import { DiagnosticCollector } from "../../../shared/diagnostics/collector.ts";
import { ConfigPath } from "../../../shared/diagnostics/config-path.ts";
import { HeaderMap } from "../../../shared/http/header-map.ts";
import { type DownstreamInfo, StreamInfo } from "../../../shared/http/stream-info.ts";
import { compileRouteTable, type RouteCompileContext } from "../../../shared/router/compile-route-table.ts";
import type { ForwardRoute, ReplyRoute, Route, RouteMatch, RouteTable } from "../../../shared/router/route.ts";
import type { RouteConfiguration, Route as RouteConfig } from "../../../shared/schema/envoy-types.ts";

/** Says yes to every cluster and gives filter configuration back as it is. */
const LENIENT = {
  clusters: { has: () => true },
  compileRouteConfig: (_name: string, config: unknown) => ({ kind: "compiled", config }) as const,
};

/** What compiling reports, as `path: message`. */
export function problemsOf(config: RouteConfiguration, context: Partial<RouteCompileContext> = {}): string[] {
  const diagnostics = new DiagnosticCollector();
  compileRouteTable(config, { ...LENIENT, path: ConfigPath.root, ...context, diagnostics });
  return diagnostics.diagnostics.map(({ path, message }) => `${path.render()}: ${message}`);
}

/** @throws Error when the configuration is refused. */
export function tableOf(config: RouteConfiguration, context: Partial<RouteCompileContext> = {}): RouteTable {
  const diagnostics = new DiagnosticCollector();
  const table = compileRouteTable(config, { ...LENIENT, path: ConfigPath.root, ...context, diagnostics });
  if (table === undefined) throw new Error(diagnostics.diagnostics.map(({ message }) => message).join("; "));
  return table;
}

/** A configuration with one virtual host for everything. */
export function oneHost(...routes: readonly RouteConfig[]): RouteConfiguration {
  return { name: "routes", virtualHosts: [{ name: "all", domains: ["*"], routes }] };
}

/** A GET for `http://h.com` and a path, with further headers or others in their place. */
export function requestFor(path: string, headers: Readonly<Record<string, string>> = {}): HeaderMap {
  const map = HeaderMap.from([
    [":method", "GET"],
    [":scheme", "http"],
    [":authority", "h.com"],
    [":path", path],
    ["x-forwarded-proto", "http"],
  ]);
  for (const [name, value] of Object.entries(headers)) map.set(name, value);
  return map;
}

export function newStreamInfo(downstream: Partial<DownstreamInfo> = {}): StreamInfo {
  return new StreamInfo({
    startWallMs: Date.UTC(2026, 0, 2, 3, 4, 5, 678),
    startMonotonicMs: 0,
    downstream: {
      remoteAddress: "203.0.113.7:4711",
      directRemoteAddress: "10.0.0.1:80",
      localAddress: "[::1]:8080",
      protocol: "HTTP/1.1",
      tls: false,
      ...downstream,
    },
  });
}

/** @throws Error when the match is no route. */
export function routeOf(match: RouteMatch): Route {
  if (match.kind !== "route") throw new Error(`expected a route, got ${match.kind}`);
  return match.route;
}

export function forwardOf(match: RouteMatch): ForwardRoute {
  const route = routeOf(match);
  if (route.kind !== "forward") throw new Error(`expected a route that forwards, got ${route.kind}`);
  return route;
}

export function replyOf(match: RouteMatch): ReplyRoute {
  const route = routeOf(match);
  if (route.kind === "forward") throw new Error("expected a route that replies, got one that forwards");
  return route;
}
