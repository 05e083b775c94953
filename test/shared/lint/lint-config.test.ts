import { describe, it } from "vitest";
import { DiagnosticCollector } from "../../../shared/diagnostics/collector.ts";
import { ConfigPath } from "../../../shared/diagnostics/config-path.ts";
import { lintConfig, lintRouteTable } from "../../../shared/lint/lint-config.ts";
import type {
  AnyMessage,
  Bootstrap,
  HttpFilter,
  Route,
  RouteAction,
  RouteConfiguration,
  RouteMatch,
} from "../../../shared/schema/envoy-types.ts";

interface Linted {
  readonly target?: "edge" | "node";
  readonly filters?: readonly HttpFilter[];
  readonly more?: Partial<RouteConfiguration>;
}

/** What is warned of, as `path: message [code]`, the path from the first virtual host on. */
function warnings(routes: readonly Route[], { target = "edge", filters = [], more = {} }: Linted = {}): string[] {
  const collector = new DiagnosticCollector();
  const config = { virtualHosts: [{ name: "v", domains: ["*"], routes }], ...more };
  lintRouteTable(config, ConfigPath.root, { diagnostics: collector, target, positions: undefined, filters });
  return collector.diagnostics.map(
    ({ path, message, code }) => `${path.render().replace("virtual_hosts[0].", "")}: ${message} [${code}]`,
  );
}

const to = (match: RouteMatch, name = ""): Route => ({ name, match, route: { cluster: "c", timeout: "1s" } });
const header = (name: string, exact: string) => ({ name, stringMatch: { exact } });
const fraction = (numerator: number) => ({ runtimeFraction: { defaultValue: { numerator } } });
const template = (pathTemplate: string): RouteMatch => ({
  pathMatchPolicy: {
    name: "t",
    typedConfig: {
      "@type": "type.googleapis.com/envoy.extensions.path.match.uri_template.v3.UriTemplateMatchConfig",
      pathTemplate,
    },
  },
});

describe("lintUnreachableRoutes", () => {
  it.for<readonly [first: RouteMatch, second: RouteMatch]>([
    [{ prefix: "/" }, { prefix: "/admin" }],
    [{ prefix: "" }, { path: "/admin" }],
    [{ prefix: "/a" }, { prefix: "/a" }],
    [{ prefix: "/a" }, { pathSeparatedPrefix: "/ab" }],
    [{ prefix: "/a" }, { safeRegex: { regex: "/ab[0-9]+" } }],
    [{ safeRegex: { regex: "/a.*" } }, { path: "/ab" }],
    [{ safeRegex: { regex: "/a[0-9]" } }, { safeRegex: { regex: "/a[0-9]" } }],
    [{ prefix: "/a" }, template("/a/{x}")],
    [template("/a/{x}"), template("/a/{x}")],
    [{ path: "/a" }, { path: "/a" }],
    [{ path: "/A", caseSensitive: false }, { path: "/a" }],
    [{ prefix: "/A", caseSensitive: false }, { prefix: "/ab" }],
    [{ prefix: "/1" }, { prefix: "/1/A", caseSensitive: false }],
    [{ pathSeparatedPrefix: "/a" }, { path: "/a" }],
    [{ pathSeparatedPrefix: "/a" }, { path: "/a/b" }],
    [{ pathSeparatedPrefix: "/a" }, { prefix: "/a/" }],
    [{ pathSeparatedPrefix: "/a" }, { pathSeparatedPrefix: "/a/b" }],
    [{ pathSeparatedPrefix: "/a" }, { safeRegex: { regex: "/a/[0-9]" } }],
    [{ connectMatcher: {} }, { connectMatcher: {}, headers: [header("x", "1")] }],
    [
      { prefix: "/", headers: [header("X-A", "1")] },
      { prefix: "/a", headers: [header("x-b", "2"), header("x-a", "1")] },
    ],
    [
      { prefix: "/", grpc: {} },
      { prefix: "/a", grpc: {}, queryParameters: [{ name: "q" }] },
    ],
    [{ prefix: "/", ...fraction(100) }, { prefix: "/" }],
    [
      { prefix: "/", ...fraction(5) },
      { prefix: "/", ...fraction(5) },
    ],
    [{ prefix: "/" }, { prefix: "/", headers: ["a", "b", "c", "d", "e"].map((name) => header(name, "1")) }],
  ])("warns that %j leaves nothing for %j", ([first, second], { expect }) => {
    expect(warnings([to(first, "one"), to(second)])).toEqual([
      'routes[1].match: no request reaches this route: "one" at virtual_hosts[0].routes[0] takes them first [lint.unreachable_route]',
    ]);
  });

  it.for<readonly [first: RouteMatch, second: RouteMatch]>([
    [{ prefix: "/admin" }, { prefix: "/" }],
    [{ prefix: "/a/" }, { prefix: "/a" }],
    [{ path: "/a" }, { prefix: "/a" }],
    [{ pathSeparatedPrefix: "/a" }, { prefix: "/a" }],
    [{ pathSeparatedPrefix: "/a" }, { path: "/ab" }],
    [{ pathSeparatedPrefix: "/a" }, { safeRegex: { regex: "/a.+" } }],
    [{ safeRegex: { regex: "/a[0-9]" } }, { path: "/ab" }],
    [{ path: "/a" }, { path: "/A", caseSensitive: false }],
    [{ prefix: "/a" }, { prefix: "/ab", caseSensitive: false }],
    [{ prefix: "/" }, { connectMatcher: {} }],
    [{ prefix: "/", headers: [header("x", "1")] }, { prefix: "/" }],
    [
      { prefix: "/", headers: [header("x", "1")] },
      { prefix: "/", headers: [header("x", "2")] },
    ],
    [{ prefix: "/", ...fraction(5) }, { prefix: "/" }],
    [
      { prefix: "/", ...fraction(5) },
      { prefix: "/", ...fraction(6) },
    ],
    [{ prefix: "/", cookies: [{ name: "a" }] }, { prefix: "/" }],
    [{ prefix: "/", tlsContext: { presented: true } }, { prefix: "/" }],
  ])("says nothing of %j before %j", ([first, second], { expect }) => {
    expect(warnings([to(first), to(second)])).toEqual([]);
  });

  it.for<readonly [match: RouteMatch, reason: string]>([
    [{ prefix: "app" }, "paths begin with /, not with a"],
    [{ path: "app" }, "paths begin with /, not with a"],
    [{ safeRegex: { regex: "app.+" } }, "paths begin with /, not with a"],
    [{ prefix: "/", ...fraction(0) }, "its runtime_fraction is 0"],
  ])("warns of %j by itself", ([match, reason], { expect }) => {
    expect(warnings([to(match)])).toEqual([
      `routes[0].match: no request reaches this route: ${reason} [lint.unreachable_route]`,
    ]);
  });

  it("says where the earlier route stands in its file", ({ expect }) => {
    const collector = new DiagnosticCollector();
    const config = {
      virtualHosts: [{ name: "v", domains: ["*"], routes: [to({ prefix: "/" }), to({ prefix: "/a" })] }],
    };
    const positions = { find: () => ({ file: "f.yaml", line: 7, column: 1 }) };
    lintRouteTable(config, ConfigPath.root, { diagnostics: collector, target: "edge", positions, filters: [] });
    expect(collector.diagnostics.map(({ message, hint }) => [message, hint])).toEqual([
      ["no request reaches this route: the route at f.yaml:7 takes them first", "put the narrower route first"],
    ]);
  });

  it("finds one route among many", ({ expect }) => {
    const routes = Array.from({ length: 5000 }, (_, at) => to({ prefix: `/service-${at}/` }));
    expect(warnings([...routes, to({ prefix: "/service-7/x" })])).toHaveLength(1);
  });
});

describe("lintBroadPrefixes", () => {
  it("warns of a prefix that an earlier route goes on from within a segment", ({ expect }) => {
    expect(warnings([to({ prefix: "/application" }, "long"), to({ prefix: "/app" })])).toEqual([
      'routes[1].match.prefix: this prefix matches more than whole segments: "long" at virtual_hosts[0].routes[0] begins with it and goes on [lint.broad_prefix]',
    ]);
  });

  it.for<readonly [first: RouteMatch, second: RouteMatch]>([
    [{ prefix: "/app/x" }, { prefix: "/app" }],
    [{ prefix: "/app" }, { prefix: "/" }],
    [{ prefix: "/application" }, { prefix: "/app/" }],
    [{ prefix: "/application" }, { pathSeparatedPrefix: "/app" }],
    [{ path: "/app.txt" }, { prefix: "/app" }],
  ])("says nothing of %j before %j", ([first, second], { expect }) => {
    expect(warnings([to(first), to(second)])).toEqual([]);
  });
});

describe("lintWeights", () => {
  const split = (weights: readonly number[], more: object = {}): Route => ({
    match: { prefix: "/" },
    route: {
      timeout: "1s",
      weightedClusters: { clusters: weights.map((weight, at) => ({ name: `c${at}`, weight })), ...more },
    },
  });

  it.for<readonly [weights: readonly number[], more: object, said: readonly string[]]>([
    [[80, 20], {}, []],
    [[80, 20], { totalWeight: 100 }, []],
    [[1], {}, []],
    [[0, 0], {}, []],
    [[80, 10], { totalWeight: 100 }, [".total_weight: the weights add up to 90, which is what counts, and not to 100"]],
    [
      [100, 0],
      {},
      [
        '.clusters[0]: "c0" gets every request: nothing is split',
        '.clusters[1]: "c1" gets no request: its weight is 0',
      ],
    ],
    [[50, 50, 0], {}, ['.clusters[2]: "c2" gets no request: its weight is 0']],
  ])("says of the weights %j %j: %j", ([weights, more, said], { expect }) => {
    expect(warnings([split(weights, more)])).toEqual(
      said.map((text) => `routes[0].route.weighted_clusters${text} [lint.weights]`),
    );
  });
});

describe("lintRetryAmplification", () => {
  const route = (action: Partial<RouteAction>): Route => ({
    match: { prefix: "/" },
    route: { cluster: "c", timeout: "1s", ...action },
  });
  const mirrors = (count: number) => Array.from({ length: count }, (_, at) => ({ cluster: `m${at}` }));

  it.for<readonly [action: Partial<RouteAction>, parts: string | undefined]>([
    [{ retryPolicy: { retryOn: "5xx", numRetries: 5 } }, undefined],
    [{ retryPolicy: { retryOn: "5xx", numRetries: 6 } }, "7 (6 retries and 0 mirrors)"],
    [{ retryPolicy: { retryOn: "5xx" }, requestMirrorPolicies: mirrors(4) }, undefined],
    [{ retryPolicy: { retryOn: "5xx" }, requestMirrorPolicies: mirrors(5) }, "7 (1 retries and 5 mirrors)"],
  ])("at the edge says of %j: %s", ([action, parts], { expect }) => {
    const said = warnings([route(action)]);
    const expected = [parts].filter((text) => text !== undefined);
    expect(said).toEqual(
      expected.map(
        (text) =>
          `routes[0].route: one request may become ${text}; a Worker may have 6 waiting at once [lint.retry_amplification]`,
      ),
    );
  });

  it("counts what the levels around the route say", ({ expect }) => {
    const virtualHosts = [{ name: "v", domains: ["*"], retryPolicy: { numRetries: 3 }, routes: [route({})] }];
    const said = warnings([], { more: { virtualHosts, requestMirrorPolicies: mirrors(3) } });
    expect(said).toEqual([expect.stringContaining("7 (3 retries and 3 mirrors)")]);
  });

  it("says nothing on Node, where there is no such limit", ({ expect }) => {
    expect(warnings([route({ retryPolicy: { numRetries: 9 } })], { target: "node" })).toEqual([]);
  });
});

describe("lintStreamingTimeout", () => {
  const route = (match: RouteMatch, action: Partial<RouteAction> = {}): Route => ({
    match: { prefix: "/", ...match },
    route: { cluster: "c", ...action },
  });

  it.for<readonly [route: Route, kind: string]>([
    [route({ grpc: {} }), "gRPC"],
    [route({ headers: [{ name: "Content-Type", stringMatch: { prefix: "application/grpc" } }] }), "gRPC"],
    [route({ headers: [{ name: "content-type", prefixMatch: "application/grpc+proto" }] }), "gRPC"],
    [route({ headers: [header("accept", "text/event-stream")] }), "event streams"],
    [route({ headers: [header("Upgrade", "WebSocket")] }), "WebSockets"],
    [route({}, { upgradeConfigs: [{ upgradeType: "websocket" }] }), "upgraded connections"],
  ])("warns of %j", ([streaming, kind], { expect }) => {
    expect(warnings([streaming])).toEqual([
      `routes[0].route: this route is for ${kind}, and a response ends after the default timeout of 15 s [lint.streaming_timeout]`,
    ]);
  });

  it.for<Route>([
    route({}),
    route({ grpc: {} }, { timeout: "0s" }),
    route({ grpc: {} }, { maxStreamDuration: {} }),
    route({ headers: [{ ...header("upgrade", "websocket"), invertMatch: true }] }),
    route({ headers: [header("content-type", "application/grpc-web")] }),
    route({}, { upgradeConfigs: [{ upgradeType: "websocket", enabled: false }] }),
    { match: { prefix: "/", grpc: {} }, directResponse: { status: 200 } },
  ])("says nothing of %j", (quiet, { expect }) => {
    expect(warnings([quiet])).toEqual([]);
  });
});

describe("lintBufferedGrpc", () => {
  const any = (type: string, fields: object = {}): AnyMessage => ({
    "@type": `type.googleapis.com/${type}`,
    ...fields,
  });
  const buffer = {
    name: "buf",
    typedConfig: any("envoy.extensions.filters.http.buffer.v3.Buffer", { maxRequestBytes: 9 }),
  };
  const cors = { name: "cors", typedConfig: any("envoy.extensions.filters.http.cors.v3.Cors") };
  const perRoute = (fields: object) => any("envoy.extensions.filters.http.buffer.v3.BufferPerRoute", fields);
  const wrapper = (fields: object) => any("envoy.config.route.v3.FilterConfig", fields);
  const grpc = to({ prefix: "/", grpc: {} });

  it("warns of a gRPC route behind the buffer filter, and of no other route", ({ expect }) => {
    const said = warnings([grpc, to({ prefix: "/" })], { filters: [cors, buffer] });
    expect(said).toEqual([
      'routes[0].match: the filter "buf" holds gRPC requests until they are complete: streams of the client stall [lint.grpc_buffered]',
    ]);
  });

  it.for<readonly [config: AnyMessage, said: number]>([
    [perRoute({ disabled: true }), 0],
    [wrapper({ disabled: true }), 0],
    [wrapper({ config: perRoute({ disabled: true }) }), 0],
    [perRoute({ buffer: { maxRequestBytes: 7 } }), 1],
    [wrapper({ config: perRoute({}) }), 1],
  ])("with the settings %j for the filter warns %d times", ([config, said], { expect }) => {
    const route = { ...grpc, typedPerFilterConfig: { buf: config } };
    expect(warnings([route], { filters: [buffer] })).toHaveLength(said);
    const virtualHosts = [{ name: "v", domains: ["*"], routes: [grpc], typedPerFilterConfig: { buf: config } }];
    expect(warnings([], { filters: [buffer], more: { virtualHosts } })).toHaveLength(said);
  });
});

describe("lintRouteTable", () => {
  it("looks at the routes that a matcher leads to, and at lists of them side by side", ({ expect }) => {
    const action = (type: string, fields: object) => ({
      action: { name: "a", typedConfig: { "@type": `type.googleapis.com/${type}`, ...fields } },
    });
    const routes = [to({ prefix: "/" }, "all"), { match: { prefix: "/a", grpc: {} }, route: { cluster: "c" } }];
    const input = {
      name: "i",
      typedConfig: {
        "@type": "type.googleapis.com/envoy.type.matcher.v3.HttpRequestHeaderMatchInput",
        headerName: "x",
      },
    };
    const map = { one: action("envoy.config.route.v3.RouteList", { routes }) };
    const matcher = {
      matcherTree: { input, exactMatchMap: { map } },
      onNoMatch: action("envoy.config.route.v3.Route", { match: { prefix: "/", grpc: {} }, route: { cluster: "c" } }),
    };
    const said = warnings([], { more: { virtualHosts: [{ name: "v", domains: ["*"], matcher }] } });
    const list = 'matcher.matcher_tree.exact_match_map.map["one"].action.typed_config.routes[1]';
    expect(said).toEqual([
      expect.stringContaining(`${list}.match: no request reaches this route: "all"`),
      expect.stringContaining(`${list}.route: this route is for gRPC`),
      expect.stringContaining("matcher.on_no_match.action.typed_config.route: this route is for gRPC"),
    ]);
  });
});

describe("lintConfig", () => {
  const any = (type: string, fields: object): AnyMessage => ({ "@type": `type.googleapis.com/${type}`, ...fields });
  const said = (bootstrap: Bootstrap): string[] => {
    const collector = new DiagnosticCollector();
    lintConfig(bootstrap, { diagnostics: collector, target: "edge", positions: undefined });
    return collector.diagnostics.map(({ path, code }) => `${path.render()} ${code}`);
  };

  it("finds the route tables of all connection managers, with their filters", ({ expect }) => {
    const routes = [to({ prefix: "/" }), to({ prefix: "/", grpc: {} })];
    const manager = any("envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager", {
      useRemoteAddress: true,
      routeConfig: { virtualHosts: [{ name: "v", domains: ["*"], routes }] },
      httpFilters: [{ name: "b", typedConfig: any("envoy.extensions.filters.http.buffer.v3.Buffer", {}) }],
    });
    const listeners = [{ filterChains: [{ filters: [{ name: "hcm", typedConfig: manager }] }] }];
    const place =
      "static_resources.listeners[0].filter_chains[0].filters[0].typed_config.route_config.virtual_hosts[0].routes[1]";
    expect(said({ staticResources: { listeners } })).toEqual([
      `${place}.match lint.unreachable_route`,
      `${place}.match lint.grpc_buffered`,
    ]);
  });

  const sds = { name: "ca", sdsConfig: { ads: {} } };
  const trusted = { trustedCa: { filename: "ca.pem" } };
  it.for<readonly [context: object, count: number]>([
    [{}, 1],
    [{ commonTlsContext: { validationContext: {} } }, 1],
    [{ commonTlsContext: { validationContext: trusted } }, 0],
    [{ commonTlsContext: { validationContext: { ...trusted, trustChainVerification: "ACCEPT_UNTRUSTED" } } }, 1],
    [{ commonTlsContext: { validationContext: { systemRootCerts: {} } } }, 0],
    [{ commonTlsContext: { combinedValidationContext: { defaultValidationContext: trusted } } }, 0],
    [{ commonTlsContext: { combinedValidationContext: { validationContextSdsSecretConfig: sds } } }, 0],
    [{ commonTlsContext: { validationContextSdsSecretConfig: sds } }, 0],
  ])("warns of the upstream TLS %j %d times", ([context, count], { expect }) => {
    const typedConfig = any("envoy.extensions.transport_sockets.tls.v3.UpstreamTlsContext", context);
    const clusters = [{ name: "plain" }, { name: "c", transportSocket: { name: "tls", typedConfig } }];
    const path = "static_resources.clusters[1].transport_socket.typed_config lint.unverified_tls";
    expect(said({ staticResources: { clusters } })).toEqual(Array.from({ length: count }, () => path));
  });
});

describe("lintTrustedClients", () => {
  it.for<readonly [fields: object, target: "edge" | "node", codes: readonly string[]]>([
    [{}, "edge", ["lint.trusted_clients"]],
    [{ useRemoteAddress: false }, "edge", ["lint.trusted_clients"]],
    [{ useRemoteAddress: true }, "edge", []],
    [{ originalIpDetectionExtensions: [{ name: "header" }] }, "edge", []],
    [{}, "node", []],
  ])("with %j on %s warns of %j", ([fields, target, codes], { expect }) => {
    const manager: AnyMessage = {
      "@type": "type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager",
      ...fields,
    };
    const bootstrap: Bootstrap = {
      staticResources: { listeners: [{ filterChains: [{ filters: [{ name: "hcm", typedConfig: manager }] }] }] },
    };
    const collector = new DiagnosticCollector();
    lintConfig(bootstrap, { diagnostics: collector, target, positions: undefined });
    expect(collector.diagnostics.map(({ code }) => code)).toEqual(codes);
  });
});
