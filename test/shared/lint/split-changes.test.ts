import fc from "fast-check";
import { describe, it } from "vitest";
import { DiagnosticCollector } from "../../../shared/diagnostics/collector.ts";
import { ConfigPath } from "../../../shared/diagnostics/config-path.ts";
import { lintSplitChanges, splitChangeProblem } from "../../../shared/lint/split-changes.ts";
import type { RouteConfiguration, WeightedCluster } from "../../../shared/schema/envoy-types.ts";

function split(...weights: readonly (readonly [string, number])[]): WeightedCluster {
  return { useHashPolicy: true, clusters: weights.map(([name, weight]) => ({ name, weight })) };
}

function config(weightedClusters: WeightedCluster, name = "canary"): RouteConfiguration {
  const routes = [{ name, match: { prefix: "/" }, route: { weightedClusters } }];
  return { virtualHosts: [{ name: "all", domains: ["*"], routes }] };
}

/** The cluster of a value, straight from Envoy's arithmetic. */
function pick({ clusters = [] }: WeightedCluster, value: number): string | undefined {
  const total = clusters.reduce((sum, { weight = 0 }) => sum + weight, 0);
  let end = 0;
  return clusters.find(({ weight = 0 }) => value % total < (end += weight))?.name;
}

function weightOf({ clusters = [] }: WeightedCluster, name: string | undefined): number {
  return clusters.find((entry) => entry.name === name)?.weight ?? 0;
}

/** A user leaves a cluster that did not shrink, or joins one that did not grow. */
function isNeedless(
  from: string | undefined,
  to: string | undefined,
  { before, after }: { readonly before: WeightedCluster; readonly after: WeightedCluster },
): boolean {
  const growth = (name: string | undefined): number => weightOf(after, name) - weightOf(before, name);
  return from !== to && (growth(from) >= 0 || growth(to) <= 0);
}

describe("splitChangeProblem", () => {
  it("has nothing to say when the growing cluster stands first", ({ expect }) => {
    expect(splitChangeProblem(split(["new", 5], ["old", 95]), split(["new", 20], ["old", 80]))).toBeUndefined();
  });

  it("has nothing to say when nothing changes", ({ expect }) => {
    expect(splitChangeProblem(split(["new", 5], ["old", 95]), split(["new", 5], ["old", 95]))).toBeUndefined();
  });

  it("has nothing to say for two clusters in either order, while the sum stays", ({ expect }) => {
    expect(splitChangeProblem(split(["old", 95], ["new", 5]), split(["old", 80], ["new", 20]))).toBeUndefined();
  });

  it("tells of users who move sideways: from one that shrinks to one that stays, and on to the one that grows", ({
    expect,
  }) => {
    const before = split(["v1", 50], ["v2", 30], ["v3", 20]);
    const after = split(["v1", 40], ["v2", 30], ["v3", 30]);
    expect(splitChangeProblem(before, after)).toBe(
      "this change of weights moves users whom it need not move: 10% from v1 to v2, 10% from v2 to v3",
    );
  });

  it("tells of users who move back because the order changed", ({ expect }) => {
    expect(splitChangeProblem(split(["new", 20], ["old", 80]), split(["old", 70], ["new", 30]))).toBe(
      "this change of weights moves users whom it need not move: 20% from new to old",
    );
  });

  it("tells of a sum that changes", ({ expect }) => {
    expect(splitChangeProblem(split(["new", 5], ["old", 95]), split(["new", 10], ["old", 95]))).toBe(
      "the sum of the weights changes from 100 to 105: users are dealt anew",
    );
  });

  it("is silent exactly when no user leaves a cluster that did not shrink or joins one that did not grow", ({
    expect,
  }) => {
    const parts = fc.tuple(fc.nat(20), fc.nat(20), fc.nat(20));
    fc.assert(
      fc.property(parts, parts, ([a, b, c], [x, y, z]) => {
        const total = 60;
        const before = split(["a", a], ["b", b], ["c", c], ["rest", total - a - b - c]);
        const after = split(["a", x], ["b", y], ["c", z], ["rest", total - x - y - z]);
        const needless = Array.from({ length: total }, (_, value) => value).filter((value) =>
          isNeedless(pick(before, value), pick(after, value), { before, after }),
        );
        expect(splitChangeProblem(before, after) === undefined).toBe(needless.length === 0);
      }),
      { seed: 20_261_123, numRuns: 300 },
    );
  });
});

describe("lintSplitChanges", () => {
  function warnings(before: RouteConfiguration, after: RouteConfiguration): readonly string[] {
    const diagnostics = new DiagnosticCollector();
    lintSplitChanges(before, after, ConfigPath.root, diagnostics);
    return diagnostics.diagnostics.map(({ severity, code, path }) => `${severity} ${code} ${path.render()}`);
  }

  const before = split(["new", 20], ["old", 80]);
  const after = split(["old", 70], ["new", 30]);

  it("warns at the split's place in the new version", ({ expect }) => {
    expect(warnings(config(before), config(after))).toEqual([
      "warning lint.split_moves_users virtual_hosts[0].routes[0].route.weighted_clusters",
    ]);
  });

  it("knows an unnamed route by its match, and leaves other routes alone", ({ expect }) => {
    expect(warnings(config(before, ""), config(after, ""))).toHaveLength(1);
    expect(warnings(config(before, "a"), config(after, "b"))).toEqual([]);
  });

  it("leaves splits by random value alone, which keep nobody", ({ expect }) => {
    const random = (weighted: WeightedCluster): RouteConfiguration => config({ ...weighted, useHashPolicy: false });
    expect(warnings(random(before), random(after))).toEqual([]);
  });
});
