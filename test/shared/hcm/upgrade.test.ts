import { describe, it } from "vitest";
import { type Exchange, HttpProxyHarness } from "../../support/http-proxy-harness.ts";
import { managerConfig } from "../../support/manager-config.ts";

const WEBSOCKET = { connection: "Upgrade", upgrade: "WebSocket" };

function route(upgrades: string, prefix = "/"): string {
  return `{ match: { prefix: ${prefix} }, route: { cluster: app, upgrade_configs: [${upgrades}] } }`;
}

const CORS =
  '{ name: cors, typed_config: { "@type": type.googleapis.com/envoy.extensions.filters.http.cors.v3.Cors } }';
const CORS_POLICY =
  '{ "@type": type.googleapis.com/envoy.extensions.filters.http.cors.v3.CorsPolicy, allow_origin_string_match: [{ exact: http://a }] }';
const ROUTER =
  '{ name: router, typed_config: { "@type": type.googleapis.com/envoy.extensions.filters.http.router.v3.Router } }';

function asked(manager: string, routes: readonly string[], headers: Readonly<Record<string, string>>): Exchange {
  return new HttpProxyHarness(managerConfig({ manager: [manager], routes })).ask("/x", headers);
}

describe("upgrades", () => {
  it.for([
    ["nothing", "", "", 403],
    ["the manager", "upgrade_configs: [{ upgrade_type: websocket }]", "", 200],
    ["the manager, switched off", "upgrade_configs: [{ upgrade_type: websocket, enabled: false }]", "", 403],
    ["the route", "", "{ upgrade_type: WEBSOCKET }", 200],
    [
      "the route before the manager",
      "upgrade_configs: [{ upgrade_type: websocket }]",
      "{ upgrade_type: websocket, enabled: false }",
      403,
    ],
    [
      "the route before the manager's no",
      "upgrade_configs: [{ upgrade_type: websocket, enabled: false }]",
      "{ upgrade_type: websocket }",
      200,
    ],
    ["another type", "upgrade_configs: [{ upgrade_type: other }]", "", 403],
  ] as const)("allowed by %s", ([, manager, upgrades, status], { expect }) => {
    expect(asked(manager, [route(upgrades)], WEBSOCKET).status).toBe(status);
  });

  it("that are refused are counted and told apart", ({ expect }) => {
    const harness = new HttpProxyHarness(managerConfig({}));
    expect(harness.ask("/", WEBSOCKET).info.responseCodeDetails).toBe("upgrade_failed");
    expect(harness.counter("http.ingress.downstream_rq_ws_on_non_ws_route")).toBe(1);
  });

  it("without a route are answered with 404", ({ expect }) => {
    expect(asked("", [route("", "/other")], WEBSOCKET).status).toBe(404);
  });

  it("to h2c never happen: the request goes on without the wish", ({ expect }) => {
    const exchange = asked("", [route("")], { connection: "Upgrade, HTTP2-Settings", upgrade: "h2c" });
    expect([exchange.status, exchange.upstream?.headers.has("upgrade")]).toEqual([200, false]);
  });

  it("reach the upstream with their headers", ({ expect }) => {
    const headers = asked("upgrade_configs: [{ upgrade_type: websocket }]", [route("")], WEBSOCKET).upstream?.headers;
    expect([headers?.get("connection"), headers?.get("upgrade")]).toEqual(["upgrade", "WebSocket"]);
  });

  it("pass the filters of their own", ({ expect }) => {
    const manager = [`upgrade_configs: [{ upgrade_type: websocket, filters: [${ROUTER}] }]`];
    const routeConfig = `typed_per_filter_config: { cors: ${CORS_POLICY} }`;
    const harness = new HttpProxyHarness(managerConfig({ manager, routeConfig, filters: [CORS] }));
    const preflight = { ":method": "OPTIONS", origin: "http://a", "access-control-request-method": "GET" };
    expect(harness.ask("/", preflight).upstream).toBeUndefined();
    expect(harness.ask("/", { ...preflight, ...WEBSOCKET }).upstream).toBeDefined();
  });

  it("of one type are configured once", ({ expect }) => {
    const harness = new HttpProxyHarness(managerConfig({}));
    const twice = "upgrade_configs: [{ upgrade_type: websocket }, { upgrade_type: WebSocket }]";
    expect(harness.update(managerConfig({ manager: [twice] })).join()).toContain("multiple upgrades to WebSocket");
  });
});
