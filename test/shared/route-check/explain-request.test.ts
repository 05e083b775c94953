import { describe, it } from "vitest";
import { ConfigPath } from "../../../shared/diagnostics/config-path.ts";
import { type Explanation, explainRequest } from "../../../shared/route-check/explain-request.ts";
import { placedRoutes } from "../../../shared/route-check/placed-routes.ts";
import type { RouteConfiguration } from "../../../shared/schema/envoy-types.ts";
import { requestFor } from "../router/route-table-harness.ts";

const CONFIG: RouteConfiguration = {
  virtualHosts: [
    {
      name: "shop",
      domains: ["shop.com", "*.shop.com"],
      requireTls: "ALL",
      routes: [{ match: { prefix: "/" }, route: { cluster: "shop" } }],
    },
    {
      name: "all",
      domains: ["*"],
      routes: [
        { name: "grpc", match: { prefix: "/", grpc: {} }, route: { cluster: "grpc" } },
        { match: { path: "/exact", caseSensitive: false }, directResponse: { status: 204 } },
        { match: { pathSeparatedPrefix: "/old" }, redirect: { pathRedirect: "/new" } },
        {
          name: "beta",
          match: { prefix: "/", headers: [{ name: "x-user" }, { name: "x-beta", stringMatch: { exact: "yes" } }] },
          route: { cluster: "beta", prefixRewrite: "/v2/", hostRewriteLiteral: "beta.internal", timeout: "0s" },
        },
        { match: { prefix: "/", queryParameters: [{ name: "debug" }] }, route: { clusterHeader: "x-to" } },
        {
          match: { safeRegex: { regex: "/u/[0-9]+" } },
          route: {
            weightedClusters: {
              headerName: "x-hash",
              clusters: [
                { name: "v1", weight: 75 },
                { name: "v2", weight: 25 },
              ],
            },
          },
        },
        { match: { prefix: "/rare", runtimeFraction: { defaultValue: { numerator: 1 } } }, route: { cluster: "rare" } },
      ],
    },
  ],
};

function explain(path: string, headers: Readonly<Record<string, string>> = {}, random = 0n): Explanation {
  const placed = { config: CONFIG, path: ConfigPath.root };
  const explanation = explainRequest(placed, requestFor(path, headers), { random });
  if (!explanation.ok) throw new Error(explanation.error.map(({ message }) => message).join("; "));
  return explanation.value;
}

/** For every route considered, the field that failed; `matched` for the last. */
function fieldsOf({ routes }: Explanation): readonly string[] {
  return routes.map(({ failed }) => failed?.field ?? "matched");
}

describe("explainRequest", () => {
  it("names the matcher that each route before the right one failed", ({ expect }) => {
    const ten: readonly [string, Readonly<Record<string, string>>, readonly string[]][] = [
      ["/x", { "content-type": "application/grpc" }, ["matched"]],
      ["/EXACT", {}, ["grpc", "matched"]],
      ["/old/a", {}, ["grpc", "path", "matched"]],
      ["/older", { "x-user": "7", "x-beta": "yes" }, ["grpc", "path", "pathSeparatedPrefix", "matched"]],
      ["/x?debug", {}, ["grpc", "path", "pathSeparatedPrefix", "headers[0]", "matched"]],
      ["/x?debug", { "x-user": "7" }, ["grpc", "path", "pathSeparatedPrefix", "headers[1]", "matched"]],
      [
        "/u/12",
        { "x-user": "7", "x-beta": "no" },
        ["grpc", "path", "pathSeparatedPrefix", "headers[1]", "queryParameters[0]", "matched"],
      ],
      ["/u/ab", {}, ["grpc", "path", "pathSeparatedPrefix", "headers[0]", "queryParameters[0]", "safeRegex", "prefix"]],
      [
        "/rare",
        {},
        ["grpc", "path", "pathSeparatedPrefix", "headers[0]", "queryParameters[0]", "safeRegex", "matched"],
      ],
      ["/exact?debug", {}, ["grpc", "matched"]],
    ];
    for (const [path, headers, fields] of ten) expect([path, fieldsOf(explain(path, headers))]).toEqual([path, fields]);
  });

  it("says what a matcher expected and what the request has in its place", ({ expect }) => {
    const { routes } = explain("/u/ab", { "x-user": "7", "x-beta": "no" });
    expect(routes.map(({ failed }) => [failed?.expected, failed?.actual])).toEqual([
      [{}, undefined],
      ["/exact", "/u/ab"],
      ["/old", "/u/ab"],
      [{ name: "x-beta", stringMatch: { exact: "yes" } }, "no"],
      [{ name: "debug" }, undefined],
      [{ regex: "/u/[0-9]+" }, "/u/ab"],
      ["/rare", "/u/ab"],
    ]);
  });

  it("asks the stream's value for a runtime fraction", ({ expect }) => {
    expect(explain("/rare", {}, 0n).decision).toMatchObject({ cluster: "rare" });
    expect(fieldsOf(explain("/rare", {}, 1n)).at(-1)).toBe("runtimeFraction");
    expect(explain("/rare", {}, 1n).decision).toEqual({ kind: "none", status: 404 });
  });

  it("tells what becomes of the request", ({ expect }) => {
    expect(explain("/exact").decision).toEqual({ kind: "direct_response", status: 204, body: "" });
    expect(explain("/old").decision).toEqual({ kind: "redirect", status: 301, location: "http://h.com/new" });
    expect(explain("/a", { "x-user": "7", "x-beta": "yes" }).decision).toMatchObject({
      cluster: "beta",
      host: "beta.internal",
      path: "/v2/a",
      timeoutMs: 0,
    });
    expect(explain("/a?debug=1", { "x-to": "chosen" }).decision).toMatchObject({ cluster: "chosen" });
    expect(explain("/a?debug=1").decision).toMatchObject({ kind: "forward", cluster: undefined });
  });

  it("tells how a split divides, and whether the request itself decides", ({ expect }) => {
    const entries = [
      { cluster: "v1", weight: 75, percent: 75 },
      { cluster: "v2", weight: 25, percent: 25 },
    ];
    expect(explain("/u/1", {}, 80n).decision).toMatchObject({ cluster: "v2", split: { entries, by: "random value" } });
    expect(explain("/u/1", { "x-hash": "80" }).decision).toMatchObject({
      cluster: "v2",
      split: { entries, by: "header" },
    });
  });

  it("names every virtual host, the domain that fits and the one that was chosen", ({ expect }) => {
    const hosts = ({ virtualHosts }: Explanation): unknown =>
      virtualHosts.map(({ name, domain, chosen }) => [name, domain, chosen]);
    expect(hosts(explain("/", { ":authority": "a.SHOP.com" }))).toEqual([
      ["shop", "*.shop.com", true],
      ["all", "*", false],
    ]);
    expect(hosts(explain("/"))).toEqual([
      ["shop", undefined, false],
      ["all", "*", true],
    ]);
  });

  it("tells of a host that wants TLS, and asks none of its routes", ({ expect }) => {
    const explanation = explain("/cart", { ":authority": "shop.com" });
    expect(explanation.decision).toEqual({ kind: "redirect", status: 301, location: "https://shop.com/cart" });
    expect([explanation.routes, explanation.notReached]).toEqual([[], 1]);
  });

  it("names the route that a virtual host's matcher leads to, and its split", ({ expect }) => {
    const input = {
      name: "input",
      typedConfig: {
        "@type": "type.googleapis.com/envoy.type.matcher.v3.HttpRequestHeaderMatchInput",
        headerName: "x-tenant",
      },
    };
    const weightedClusters = { clusters: [{ name: "v1", weight: 1 }] };
    const route = { name: "tenant", match: { prefix: "/" }, route: { weightedClusters } };
    const typedConfig = { "@type": "type.googleapis.com/envoy.config.route.v3.Route", ...route };
    const onMatch = { action: { name: "route", typedConfig } };
    const matcher = { matcherTree: { input, exactMatchMap: { map: { a: onMatch } } } };
    const config = { virtualHosts: [{ name: "all", domains: ["*"], matcher }] };
    const ask = (tenant: string): unknown =>
      explainRequest({ config, path: ConfigPath.root }, requestFor("/", { "x-tenant": tenant }), { random: 0n });
    expect(ask("a")).toMatchObject({
      ok: true,
      value: {
        routes: [{ name: "tenant", failed: undefined }],
        decision: { cluster: "v1", split: { entries: [{ cluster: "v1", percent: 100 }] } },
      },
    });
    expect(ask("b")).toMatchObject({ ok: true, value: { routes: [], decision: { kind: "none" } } });
    expect(placedRoutes({ config, path: ConfigPath.root }).map(({ route: { name } }) => name)).toEqual(["tenant"]);
  });
});
