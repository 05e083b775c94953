import { describe, it } from "vitest";
import { HttpProxyHarness } from "../../support/http-proxy-harness.ts";
import { managerConfig } from "../../support/manager-config.ts";

const cors = (fields = ""): string =>
  `{ name: cors, ${fields} typed_config: { "@type": type.googleapis.com/envoy.extensions.filters.http.cors.v3.Cors } }`;

const POLICY =
  '{ "@type": type.googleapis.com/envoy.extensions.filters.http.cors.v3.CorsPolicy, allow_origin_string_match: [{ exact: http://a }] }';
const OFF = '{ "@type": type.googleapis.com/envoy.config.route.v3.FilterConfig, disabled: true }';
const ON = `{ "@type": type.googleapis.com/envoy.config.route.v3.FilterConfig, config: ${POLICY} }`;

const PREFLIGHT = { ":method": "OPTIONS", origin: "http://a", "access-control-request-method": "GET" };

const route = (prefix: string, config: string): string =>
  `{ match: { prefix: ${prefix} }, route: { cluster: app }, typed_per_filter_config: { cors: ${config} } }`;

/** Whether the CORS filter answered, and the upstream therefore was not asked. */
function answersItself(harness: HttpProxyHarness, path: string): boolean {
  return harness.ask(path, PREFLIGHT).upstream === undefined;
}

describe("switched filters", () => {
  it("are left out where the route switches them off", ({ expect }) => {
    const routes = [route("/off", OFF), route("/", POLICY)];
    const harness = new HttpProxyHarness(managerConfig({ routes, filters: [cors()] }));
    expect([answersItself(harness, "/off"), answersItself(harness, "/")]).toEqual([false, true]);
  });

  it("that the chain has off run where the route configures them", ({ expect }) => {
    const routes = [route("/wrapped", ON), route("/plain", POLICY), route("/off", OFF)];
    const harness = new HttpProxyHarness(managerConfig({ routes, filters: [cors("disabled: true,")] }));
    expect(["/wrapped", "/plain", "/off"].map((path) => answersItself(harness, path))).toEqual([true, true, false]);
  });

  it("that the chain has off stay off for a route that says nothing", ({ expect }) => {
    const routeConfig = `typed_per_filter_config: { cors: ${POLICY} }`;
    const on = new HttpProxyHarness(managerConfig({ routeConfig, filters: [cors("disabled: true,")] }));
    const off = new HttpProxyHarness(managerConfig({ filters: [cors("disabled: true,")] }));
    expect([answersItself(on, "/"), answersItself(off, "/")]).toEqual([true, false]);
  });

  it("cannot be the terminal one", ({ expect }) => {
    const harness = new HttpProxyHarness(managerConfig({}));
    const disabled = managerConfig({}).replace("{ name: router,", "{ name: router, disabled: true,");
    expect(harness.update(disabled).join()).toContain('the terminal filter "router" cannot be disabled by default');
  });
});
