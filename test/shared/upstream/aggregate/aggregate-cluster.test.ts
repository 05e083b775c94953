import { describe, it } from "vitest";
import { DiagnosticCollector } from "../../../../shared/diagnostics/collector.ts";
import { ConfigPath } from "../../../../shared/diagnostics/config-path.ts";
import { renderDiagnostic } from "../../../../shared/diagnostics/render.ts";
import type { Cluster as ClusterConfig, HealthStatus } from "../../../../shared/schema/envoy-types.ts";
import { createLocalStats } from "../../../../shared/stats/local-stats.ts";
import { ClusterManager } from "../../../../shared/upstream/cluster-manager.ts";
import { FakeClock, SeededRandom } from "../../../support/fakes.ts";
import { capabilitiesOf, clusterConfig, endpointAt } from "../../../support/sample-cluster.ts";

/** A cluster with a host for each status. */
function member(name: string, ...statuses: readonly HealthStatus[]): ClusterConfig {
  const endpoints = statuses.map((healthStatus, at) => endpointAt(`10.0.0.${at + 1}:80`, { healthStatus }));
  return clusterConfig(name, endpoints);
}

function aggregate(name: string, clusters: readonly string[], more: Partial<ClusterConfig> = {}): ClusterConfig {
  const typedConfig = { "@type": "type.googleapis.com/envoy.extensions.clusters.aggregate.v3.ClusterConfig", clusters };
  return {
    name,
    lbPolicy: "CLUSTER_PROVIDED",
    clusterType: { name: "envoy.clusters.aggregate", typedConfig },
    ...more,
  };
}

class AggregateBench {
  readonly problems: readonly string[];
  readonly clock = new FakeClock();
  readonly manager: ClusterManager;

  constructor(...configs: readonly ClusterConfig[]) {
    this.manager = new ClusterManager({
      capabilities: capabilitiesOf("edge"),
      random: new SeededRandom(),
      clock: this.clock,
      stats: createLocalStats().store,
    });
    const diagnostics = new DiagnosticCollector();
    const wanted = configs.map((config, at) => ({
      name: config.name ?? "",
      config,
      path: ConfigPath.root.field("clusters").index(at),
      fingerprint: JSON.stringify(config),
    }));
    const prepared = this.manager.prepare(wanted, diagnostics);
    if (prepared !== undefined) this.manager.commit(prepared);
    this.problems = diagnostics.diagnostics.map(renderDiagnostic);
  }

  /** How many of a thousand requests to the aggregate each member gets. */
  shares(): Record<string, number> {
    const counts: Record<string, number> = {};
    for (let request = 0; request < 1000; request += 1) {
      const chosen = this.manager.get("all")?.info.name;
      if (chosen !== undefined) counts[chosen] = (counts[chosen] ?? 0) + 1;
    }
    return counts;
  }
}

const ALL = aggregate("all", ["first", "second"]);

describe("AggregateCluster", () => {
  it("uses the first cluster as long as that can take all", ({ expect }) => {
    const bench = new AggregateBench(member("first", "HEALTHY"), member("second", "HEALTHY"), ALL);
    expect(bench.shares()).toEqual({ first: 1000 });
  });

  it("gives the next cluster what the hosts of the first cannot take", ({ expect }) => {
    const half = member("first", "HEALTHY", "UNHEALTHY");
    const { first = 0, second = 0 } = new AggregateBench(half, member("second", "HEALTHY"), ALL).shares();
    expect(Math.abs(first - 700)).toBeLessThan(50);
    expect(first + second).toBe(1000);
  });

  it("uses the next cluster alone when the first has no healthy host", ({ expect }) => {
    const bench = new AggregateBench(member("first", "UNHEALTHY"), member("second", "HEALTHY"), ALL);
    expect(bench.shares()).toEqual({ second: 1000 });
  });

  it("passes over members that are not there", ({ expect }) => {
    const bench = new AggregateBench(member("second", "HEALTHY"), ALL);
    expect(bench.problems).toEqual([]);
    expect(bench.shares()).toEqual({ second: 1000 });
    expect(new AggregateBench(ALL).manager.get("all")).toBeUndefined();
  });

  it("follows ejections and returns, also of a cluster that gets no requests meanwhile", ({ expect }) => {
    const outlierDetection = { consecutive5xx: 1, maxEjectionPercent: 100, baseEjectionTime: "10s" };
    const first = { ...member("first", "HEALTHY"), outlierDetection };
    const bench = new AggregateBench(first, member("second", "HEALTHY"), ALL);
    bench.manager.get("all")?.pick()?.monitor.putHttpResponseCode(503);
    expect(bench.shares()).toEqual({ second: 1000 });
    bench.clock.moveTo(20_000);
    expect(bench.shares()).toEqual({ first: 1000 });
  });

  it("has no hosts of its own", ({ expect }) => {
    const bench = new AggregateBench(member("first", "HEALTHY"), ALL);
    expect([...bench.manager.clusters()].map(({ info }) => info.name)).toEqual(["first"]);
  });
});

describe("compileAggregate", () => {
  it("refuses another policy than the cluster's own", ({ expect }) => {
    expect(new AggregateBench(aggregate("all", ["a"], { lbPolicy: "ROUND_ROBIN" })).problems).toEqual([
      "clusters[0].lb_policy: cluster: LB policy ROUND_ROBIN is not valid for cluster type envoy.clusters.aggregate: only CLUSTER_PROVIDED is allowed [cluster.lb]",
    ]);
  });

  it("refuses aggregates of aggregates", ({ expect }) => {
    expect(new AggregateBench(ALL, aggregate("outer", ["all"])).problems).toEqual([
      "clusters[1].cluster_type.typed_config.clusters: 'all' is an aggregate itself: aggregates of aggregates are not implemented [config.unsupported]",
    ]);
  });
});
