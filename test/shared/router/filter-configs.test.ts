import { describe, it } from "vitest";
import { ConfigPath } from "../../../shared/diagnostics/config-path.ts";
import { DiagnosticCollector } from "../../../shared/diagnostics/collector.ts";
import type { FilterKey } from "../../../shared/http/filter-key.ts";
import { compileRouteTable } from "../../../shared/router/compile-route-table.ts";
import type { AnyMessage, RouteConfiguration } from "../../../shared/schema/envoy-types.ts";
import { requestFor, routeOf, tableOf } from "./route-table-harness.ts";

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

const compileRouteConfig = (name: string, { value }: AnyMessage, path: ConfigPath): string =>
  `${name}=${String(value)} at ${path.render()}`;
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

  it("hands out no table where a filter has refused its configuration", ({ expect }) => {
    const diagnostics = new DiagnosticCollector();
    const context = { path: ConfigPath.root, diagnostics, clusters: { has: () => true } };
    expect(compileRouteTable(config(entries), { ...context, compileRouteConfig: () => undefined })).toBe(undefined);
  });
});
