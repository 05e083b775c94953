import { describe, it } from "vitest";
import { DiagnosticCollector } from "../../../shared/diagnostics/collector.ts";
import { ConfigPath } from "../../../shared/diagnostics/config-path.ts";
import type { Target } from "../../../shared/host/capabilities.ts";
import type { Cluster as ClusterConfig } from "../../../shared/schema/envoy-types.ts";
import { createLocalStats, type LocalStats } from "../../../shared/stats/local-stats.ts";
import { ClusterManager, type PreparedClusters, type WantedCluster } from "../../../shared/upstream/cluster-manager.ts";
import { FakeClock, SeededRandom } from "../../support/fakes.ts";
import { capabilitiesOf, clusterConfig, endpointAt } from "../../support/sample-cluster.ts";

const A = clusterConfig("a", [endpointAt("10.0.0.1:80")]);
const B = clusterConfig("b", [endpointAt("10.0.0.2:80")]);
const BROKEN = clusterConfig("broken", [endpointAt("no.address:80")]);

function wanted(configs: readonly ClusterConfig[]): WantedCluster[] {
  return configs.map((config, position) => ({
    name: config.name ?? "",
    config,
    path: ConfigPath.root.field("clusters").index(position),
    fingerprint: JSON.stringify(config),
  }));
}

class ManagerBench {
  readonly manager: ClusterManager;
  readonly diagnostics = new DiagnosticCollector();
  readonly #stats: LocalStats = createLocalStats();

  constructor(target: Target = "node") {
    this.manager = new ClusterManager({
      capabilities: capabilitiesOf(target),
      random: new SeededRandom(),
      clock: new FakeClock(),
      stats: this.#stats.store,
    });
  }

  prepare(...configs: readonly ClusterConfig[]): PreparedClusters | undefined {
    return this.manager.prepare(wanted(configs), this.diagnostics);
  }

  /** What has to be right. */
  prepared(...configs: readonly ClusterConfig[]): PreparedClusters {
    const prepared = this.prepare(...configs);
    if (prepared === undefined) throw new Error("the update was refused");
    return prepared;
  }

  update(...configs: readonly ClusterConfig[]): void {
    this.manager.commit(this.prepared(...configs));
  }

  /** The clusters that have statistics. */
  counted(): string[] {
    const names = this.#stats.view().counters();
    const clusters = names.map(({ name }) => /^cluster\.([^.]+)\./.exec(name)?.[1] ?? "");
    return [...new Set(clusters)];
  }
}

describe("ClusterManager", () => {
  it("keeps the object, and so the state, of a cluster that did not change", ({ expect }) => {
    const bench = new ManagerBench();
    bench.update(A, B);
    const [a, b] = [bench.manager.get("a"), bench.manager.get("b")];
    bench.update(A, { ...B, connectTimeout: "1s" });
    expect(bench.manager.get("a")).toBe(a);
    expect(bench.manager.get("b")).not.toBe(b);
    expect(bench.manager.get("b")?.info.connectTimeoutMs).toBe(1000);
  });

  it("changes nothing before commit, and nothing at all on abort", ({ expect }) => {
    const bench = new ManagerBench();
    bench.update(A);
    const a = bench.manager.get("a");
    const prepared = bench.prepared({ ...A, connectTimeout: "1s" }, B);
    expect(bench.manager.get("a")).toBe(a);
    expect(bench.manager.get("b")).toBeUndefined();
    bench.manager.abort(prepared);
    expect(bench.manager.get("a")).toBe(a);
    expect(bench.counted()).toEqual(["a"]);
  });

  it("refuses an update as a whole, and leaves nothing behind", ({ expect }) => {
    const bench = new ManagerBench();
    bench.update(A);
    expect(bench.prepare(B, BROKEN, BROKEN)).toBeUndefined();
    expect(bench.diagnostics.diagnostics).toHaveLength(2);
    expect(bench.counted()).toEqual(["a"]);
    expect([...bench.manager.clusters()].map(({ info }) => info.name)).toEqual(["a"]);
  });

  it("releases the statistics of a cluster that is gone, and continues those of one that changed", ({ expect }) => {
    const bench = new ManagerBench();
    bench.update(A, B);
    bench.manager.get("a")?.stats.rqTotal.inc();
    bench.update({ ...A, connectTimeout: "1s" });
    expect(bench.counted()).toEqual(["a"]);
    expect(bench.manager.get("a")?.stats.rqTotal.value).toBe(1);
  });

  it("says which clusters are new or changed", ({ expect }) => {
    const bench = new ManagerBench();
    bench.update(A);
    expect(bench.prepare(A, B)?.created.map(({ name }) => name)).toEqual(["b"]);
  });

  it("passes DNS answers on to their cluster, and drops those for one that is gone", ({ expect }) => {
    const bench = new ManagerBench();
    bench.update(clusterConfig("d", [endpointAt("d.example:80")], { type: "STRICT_DNS" }));
    bench.manager.applyResolution({ clusterName: "d", endpointIndex: 0, addresses: ["10.0.0.1"] });
    bench.manager.applyResolution({ clusterName: "gone", endpointIndex: 0, addresses: ["10.0.0.1"] });
    expect(bench.manager.get("d")?.hosts.map(({ address }) => address)).toEqual(["10.0.0.1:80"]);
  });

  it("uses names as they are on a host that opens no connections of its own", ({ expect }) => {
    const bench = new ManagerBench("edge");
    bench.update(clusterConfig("d", [endpointAt("d.example:80")], { type: "LOGICAL_DNS" }));
    expect(bench.manager.get("d")?.hosts.map(({ address }) => address)).toEqual(["d.example:80"]);
  });
});
