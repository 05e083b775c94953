import { describe, it } from "vitest";
import { DiagnosticCollector } from "../../../shared/diagnostics/collector.ts";
import { ConfigPath } from "../../../shared/diagnostics/config-path.ts";
import type { FilterKey } from "../../../shared/http/filter-key.ts";
import { compileRouteTable } from "../../../shared/router/compile-route-table.ts";
import { type CompileRouteFilterConfig, withoutFilterConfigs } from "../../../shared/router/filter-configs.ts";
import type { AnyMessage, RouteConfiguration } from "../../../shared/schema/envoy-types.ts";
import { problemsOf, requestFor, routeOf, tableOf } from "./route-table-harness.ts";

const any = (value: string): AnyMessage => ({ "@type": "type.googleapis.com/test.Config", value });
const wrapped = (value: string): AnyMessage => ({
  "@type": "type.googleapis.com/envoy.config.route.v3.FilterConfig",
  config: any(value),
});

function config(
  clusters: readonly { name: string; weight: number; typedPerFilterConfig?: Record<string, AnyMessage> }[],
) {
  const table: RouteConfiguration = {
    typedPerFilterConfig: { one: any("table"), two: any("table") },
    virtualHosts: [
      {
        name: "v",
        domains: ["*"],
        typedPerFilterConfig: { one: wrapped("host") },
        routes: [
          {
            match: { prefix: "/" },
            typedPerFilterConfig: { one: any("route") },
            route: { weightedClusters: { clusters } },
          },
        ],
      },
    ],
  };
  return table;
}

const compileRouteConfig: CompileRouteFilterConfig = (name, { value }, path) => ({
  kind: "compiled",
  config: `${name}=${String(value)} at ${path.render()}`,
});
const ONE: FilterKey<string> = { name: "one" };
const TWO: FilterKey<string> = { name: "two" };
const NONE: FilterKey<string> = { name: "none" };

describe("FilterConfigs", () => {
  const entries = [
    { name: "a", weight: 1, typedPerFilterConfig: { one: any("entry") } },
    { name: "b", weight: 1 },
  ];
  const table = tableOf(config(entries), { compileRouteConfig });
  const first = routeOf(table.match(requestFor("/"), { random: 0n }));
  const second = routeOf(table.match(requestFor("/"), { random: 1n }));

  it("an empty wrapped configuration switches a filter on and configures nothing", ({ expect }) => {
    const on = {
      "@type": "type.googleapis.com/envoy.config.route.v3.FilterConfig",
      config: {},
    } as unknown as AnyMessage; // an Any without type
    const entry = { name: "a", weight: 1, typedPerFilterConfig: { none: on } };
    const switched = routeOf(tableOf(config([entry]), { compileRouteConfig }).match(requestFor("/"), { random: 0n }));
    expect([switched.perFilterConfig(NONE), switched.filterDisabled("none")]).toEqual([undefined, false]);
    expect(first.filterDisabled("none")).toBeUndefined();
  });

  it("gives the most specific level's configuration, compiled at its own place", ({ expect }) => {
    const entryPath = "virtual_hosts[0].routes[0].route.weighted_clusters.clusters[0]";
    expect([first.perFilterConfig(ONE), second.perFilterConfig(ONE), first.perFilterConfig(TWO)]).toEqual([
      `one=entry at ${entryPath}.typed_per_filter_config["one"]`,
      'one=route at virtual_hosts[0].routes[0].typed_per_filter_config["one"]',
      'two=table at typed_per_filter_config["two"]',
    ]);
  });

  it("gives all of them, the least specific first, out of their wrappers", ({ expect }) => {
    const values = first.perFilterConfigs(ONE).map((compiled) => compiled.split(" ")[0]);
    expect(values).toEqual(["one=table", "one=host", "one=route", "one=entry"]);
  });

  it("has nothing for a filter that no level speaks of", ({ expect }) => {
    expect([first.perFilterConfig(NONE), first.perFilterConfigs(NONE)]).toEqual([undefined, []]);
  });

  it("leaves out what its compiler leaves out", ({ expect }) => {
    const leftOut = tableOf(config(entries), { compileRouteConfig: withoutFilterConfigs });
    expect(routeOf(leftOut.match(requestFor("/"), { random: 0n })).perFilterConfigs(ONE)).toEqual([]);
  });

  it("hands out no table where a filter has refused its configuration", ({ expect }) => {
    const diagnostics = new DiagnosticCollector();
    const context = { path: ConfigPath.root, diagnostics, clusters: { has: () => true } };
    expect(compileRouteTable(config(entries), { ...context, compileRouteConfig: () => ({ kind: "refused" }) })).toBe(
      undefined,
    );
  });
});

describe("FilterConfigs.disabled", () => {
  const wrapper = (fields: object): AnyMessage => ({
    "@type": "type.googleapis.com/envoy.config.route.v3.FilterConfig",
    ...fields,
  });
  const off = wrapper({ disabled: true });

  function routeWith(host: Record<string, AnyMessage>, route: Record<string, AnyMessage>) {
    const routes = [{ match: { prefix: "/" }, typedPerFilterConfig: route, directResponse: { status: 200 } }];
    const virtualHosts = [{ name: "v", domains: ["*"], typedPerFilterConfig: host, routes }];
    return routeOf(tableOf({ virtualHosts }, { compileRouteConfig }).match(requestFor("/"), { random: 0n }));
  }

  it.for<readonly [host: Record<string, AnyMessage>, route: Record<string, AnyMessage>, disabled: boolean | undefined]>(
    [
      [{}, {}, undefined],
      [{ one: off }, {}, true],
      [{ one: off }, { one: any("on") }, false],
      [{ one: off }, { one: wrapped("on") }, false],
      [{ one: any("on") }, { one: off }, true],
      [{ two: off }, {}, undefined],
    ],
  )("says for the virtual host %j and the route %j: %j", ([host, route, disabled], { expect }) => {
    expect(routeWith(host, route).filterDisabled("one")).toBe(disabled);
  });

  it("keeps the configuration of the levels that do not switch the filter off", ({ expect }) => {
    expect(routeWith({ one: any("host") }, { one: off }).perFilterConfig(ONE)).toContain("one=host");
  });

  it("tells the compiler what is optional", ({ expect }) => {
    const seen: boolean[] = [];
    const optional = wrapper({ config: any("x"), isOptional: true });
    const routes = [{ match: { prefix: "/" }, typedPerFilterConfig: { one: optional, two: wrapped("y") } }];
    problemsOf(
      { virtualHosts: [{ name: "v", domains: ["*"], routes }] },
      { compileRouteConfig: (_name, _config, _path, isOptional) => (seen.push(isOptional), { kind: "left_out" }) },
    );
    expect(seen).toEqual([true, false]);
  });

  it("refuses a wrapper around nothing", ({ expect }) => {
    const virtualHosts = [{ name: "v", domains: ["*"], typedPerFilterConfig: { one: wrapper({}) } }];
    expect(problemsOf({ virtualHosts })).toEqual([
      'virtual_hosts[0].typed_per_filter_config["one"]: Empty per filter configuration for one filter',
    ]);
  });
});
