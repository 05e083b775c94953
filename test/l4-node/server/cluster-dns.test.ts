import { describe, it } from "vitest";
import type { CheckedConfig } from "../../../l4-node/server/check-config.ts";
import { ClusterDns } from "../../../l4-node/server/cluster-dns.ts";
import { ok } from "../../../shared/base/result.ts";
import { resourcesOf } from "../../../shared/proxy/resources.ts";
import type { Cluster } from "../../../shared/schema/envoy-types.ts";
import { createLocalStats } from "../../../shared/stats/local-stats.ts";
import type { ResolutionUpdate } from "../../../shared/upstream/cluster-manager.ts";
import { FakeTimers, RecordingLogger, SeededRandom } from "../../support/fakes.ts";
import { clusterConfig, compiledCluster, endpointAt } from "../../support/sample-cluster.ts";

/** As much of a checked configuration as name resolution reads. */
function checked(...configs: readonly Cluster[]): CheckedConfig {
  const bootstrap = { staticResources: { clusters: configs } };
  return {
    loaded: { json: bootstrap, positions: { find: () => undefined }, secretPaths: new Set(), diagnostics: [] },
    bootstrap,
    resources: resourcesOf(bootstrap),
    listeners: [],
    clusters: configs.map((config) => compiledCluster(config)),
    adminAddress: undefined,
    adminAllowPath: undefined,
  };
}

function named(name: string, ...hosts: readonly string[]): Cluster {
  return clusterConfig(
    name,
    hosts.map((host) => endpointAt(`${host}:80`)),
    { type: "STRICT_DNS" },
  );
}

function dnsOf(table: Record<string, readonly string[]>) {
  const asked: string[] = [];
  const updates: ResolutionUpdate[] = [];
  const timers = new FakeTimers();
  const dns = new ClusterDns({
    resolver: {
      resolve: async (name) => {
        asked.push(name);
        return ok({ addresses: table[name] ?? [] });
      },
    },
    timers,
    random: new SeededRandom(1),
    logger: new RecordingLogger(),
    stats: createLocalStats().store,
    onUpdate: (update) => updates.push(update),
  });
  return { dns, asked, updates, timers };
}

const apps = named("apps", "a.example", "b.example");

describe("ClusterDns", () => {
  it("prepare waits for the first answers, which the update then carries", async ({ expect }) => {
    const { dns, updates } = dnsOf({ "a.example": ["192.0.2.1"], "b.example": ["192.0.2.2"] });
    const prepared = await dns.prepare(checked(apps));
    const known = [
      { clusterName: "apps", endpointIndex: 0, addresses: ["192.0.2.1"] },
      { clusterName: "apps", endpointIndex: 1, addresses: ["192.0.2.2"] },
    ];
    expect(dns.resolutions()).toEqual(known);
    expect(updates).toEqual([]);
    prepared.commit();
    expect(updates).toEqual(known);
  });

  it("a cluster that stays is not asked for again by an update, and goes on being refreshed", async ({ expect }) => {
    const table: Record<string, readonly string[]> = { "a.example": ["192.0.2.1"], "b.example": [], "c.example": [] };
    const { dns, asked, updates, timers } = dnsOf(table);
    (await dns.prepare(checked(apps))).commit();
    (await dns.prepare(checked(apps, named("more", "c.example")))).commit();
    expect(asked).toEqual(["a.example", "b.example", "c.example"]);
    updates.length = 0;
    table["a.example"] = ["192.0.2.9"];
    timers.advance(5200);
    await Promise.resolve();
    await Promise.resolve();
    expect(updates).toEqual([{ clusterName: "apps", endpointIndex: 0, addresses: ["192.0.2.9"] }]);
  });

  it("answers for a changed cluster do not reach the one that runs before the commit, nor after an abort", async ({
    expect,
  }) => {
    const table = { "a.example": ["192.0.2.1"], "b.example": ["192.0.2.2"] };
    const { dns, updates } = dnsOf(table);
    (await dns.prepare(checked(apps))).commit();
    updates.length = 0;
    const changed = await dns.prepare(checked(named("apps", "b.example")));
    expect(updates).toEqual([]);
    changed.abort();
    for (let turn = 0; turn < 10; turn++) await Promise.resolve();
    expect(updates).toEqual([
      { clusterName: "apps", endpointIndex: 0, addresses: ["192.0.2.1"] },
      { clusterName: "apps", endpointIndex: 1, addresses: ["192.0.2.2"] },
    ]);
  });

  it("stop leaves no timer", async ({ expect }) => {
    const { dns, timers } = dnsOf({});
    (await dns.prepare(checked(apps))).commit();
    expect(timers.pending).toBe(2);
    dns.stop();
    expect(timers.pending).toBe(0);
  });
});
