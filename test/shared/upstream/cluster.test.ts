import { describe, it } from "vitest";
import type { LbEndpoint, Cluster as ClusterConfig } from "../../../shared/schema/envoy-types.ts";
import { createLocalStats } from "../../../shared/stats/local-stats.ts";
import { Cluster, type NameUse } from "../../../shared/upstream/cluster.ts";
import { FakeClock, SeededRandom } from "../../support/fakes.ts";
import { clusterConfig, compiledCluster, endpointAt } from "../../support/sample-cluster.ts";

interface Options {
  readonly more?: Omit<ClusterConfig, "name" | "loadAssignment">;
  readonly names?: NameUse;
  readonly random?: SeededRandom;
}

function createCluster(endpoints: readonly LbEndpoint[], options: Options = {}): Cluster {
  const { more = {}, names = "resolve", random = new SeededRandom() } = options;
  const info = compiledCluster(clusterConfig("c", endpoints, more));
  return new Cluster({ info, names, random, clock: new FakeClock(), stats: createLocalStats().store });
}

function picks(cluster: Cluster, count: number): string[] {
  return Array.from({ length: count }, () => cluster.pick()?.address ?? "none");
}

function tally(addresses: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const address of addresses) counts[address] = (counts[address] ?? 0) + 1;
  return counts;
}

function countOf(addresses: readonly string[], wanted: string): number {
  return addresses.filter((address) => address === wanted).length;
}

/** Gives no number before it is allowed to, like a Worker that starts. */
class StartingRandom extends SeededRandom {
  isStarting = true;

  override uint32(): number {
    if (this.isStarting) throw new Error("no random numbers now");
    return super.uint32();
  }
}

const [A, B, C] = ["10.0.0.1:80", "10.0.0.2:80", "10.0.0.3:80"] as const;

describe("Cluster round robin", () => {
  it("takes hosts of equal weight in turn, from a random place on", ({ expect }) => {
    const endpoints = [A, B, C].map((address) => endpointAt(address));
    expect(picks(createCluster(endpoints, { random: new SeededRandom(1, [4]) }), 4)).toEqual([B, C, A, B]);
    expect(picks(createCluster(endpoints, { random: new SeededRandom(1, [5]) }), 4)).toEqual([C, A, B, C]);
  });

  it("keeps its place when hosts come and go", ({ expect }) => {
    const cluster = createCluster([endpointAt("a.example:80")], {
      more: { type: "STRICT_DNS" },
      random: new SeededRandom(1, [0]),
    });
    cluster.applyResolution(0, ["10.0.0.1", "10.0.0.2"]);
    expect(picks(cluster, 3)).toEqual([A, B, A]);
    cluster.applyResolution(0, ["10.0.0.1", "10.0.0.2", "10.0.0.3"]);
    expect(picks(cluster, 3)).toEqual([A, B, C]);
  });

  it("gives hosts of unequal weight exactly their share of every full turn, spread evenly", ({ expect }) => {
    const endpoints = [
      endpointAt(A, { loadBalancingWeight: 5 }),
      endpointAt(B, { loadBalancingWeight: 1 }),
      endpointAt(C, { loadBalancingWeight: 1 }),
    ];
    for (let seed = 0; seed < 14; seed += 1) {
      const chosen = picks(createCluster(endpoints, { random: new SeededRandom(1, [seed]) }), 700);
      for (let turn = 0; turn < 700; turn += 7) {
        expect(tally(chosen.slice(turn, turn + 7))).toEqual({ [A]: 5, [B]: 1, [C]: 1 });
      }
    }
  });

  it("begins a weighted turn at the seed's place", ({ expect }) => {
    const endpoints = [
      endpointAt(A, { loadBalancingWeight: 3 }),
      endpointAt(B, { loadBalancingWeight: 3 }),
      endpointAt(C),
    ];
    const fromSeed = (seed: number): string[] =>
      picks(createCluster(endpoints, { random: new SeededRandom(1, [seed]) }), 12);
    for (const seed of [1, 2, 3, 4, 5, 6])
      expect(fromSeed(seed).slice(0, 6)).toEqual(fromSeed(0).slice(seed, seed + 6));
  });
});

describe("Cluster", () => {
  it("draws no random number before the first pick, since a Worker that starts has none", ({ expect }) => {
    const random = new StartingRandom();
    const endpoints = [endpointAt(A, { loadBalancingWeight: 2 }), endpointAt(B)];
    const cluster = createCluster(endpoints, { random });
    expect(() => cluster.pick()).toThrow("no random numbers now");
    random.isStarting = false;
    expect(cluster.pick()).toBeDefined();
  });
});

describe("Cluster random", () => {
  it("is uniform whatever the weights", ({ expect }) => {
    const endpoints = [endpointAt(A, { loadBalancingWeight: 100 }), endpointAt(B), endpointAt(C)];
    const chosen = picks(createCluster(endpoints, { more: { lbPolicy: "RANDOM" } }), 30_000);
    for (const address of [A, B, C]) expect(Math.abs(countOf(chosen, address) - 10_000)).toBeLessThan(300);
  });
});

describe("Cluster health", () => {
  it("leaves unhealthy hosts out while half of the hosts can be used", ({ expect }) => {
    const endpoints = [endpointAt(A), endpointAt(B), endpointAt(C, { healthStatus: "UNHEALTHY" })];
    const cluster = createCluster(endpoints);
    expect(tally(picks(cluster, 10))).toEqual({ [A]: 5, [B]: 5 });
    expect(cluster.stats.lbHealthyPanic.value).toBe(0);
  });

  it("uses all hosts, and counts it, when fewer than half can be used", ({ expect }) => {
    const endpoints = [
      endpointAt(A),
      endpointAt(B, { healthStatus: "UNHEALTHY" }),
      endpointAt(C, { healthStatus: "TIMEOUT" }),
    ];
    const cluster = createCluster(endpoints);
    expect(tally(picks(cluster, 9))).toEqual({ [A]: 3, [B]: 3, [C]: 3 });
    expect(cluster.stats.lbHealthyPanic.value).toBe(9);
  });

  it("gives degraded hosts only what the healthy ones cannot take", ({ expect }) => {
    const endpoints = [endpointAt(A), endpointAt(B, { healthStatus: "DEGRADED" })];
    const chosen = picks(createCluster(endpoints), 10_000);
    expect(Math.abs(countOf(chosen, A) - 7000)).toBeLessThan(200);
    expect(Math.abs(countOf(chosen, B) - 3000)).toBeLessThan(200);
  });

  it("has no host to give without a panic threshold when all are unhealthy", ({ expect }) => {
    const endpoints = [endpointAt(A, { healthStatus: "UNHEALTHY" })];
    const more = { commonLbConfig: { healthyPanicThreshold: {} } };
    expect(createCluster(endpoints, { more }).pick()).toBeUndefined();
    expect(createCluster(endpoints).pick()?.address).toBe(A);
    expect(createCluster([]).pick()).toBeUndefined();
  });

  it("goes to the next priority for what the first cannot take", ({ expect }) => {
    const info = compiledCluster({
      name: "c",
      loadAssignment: {
        endpoints: [
          { lbEndpoints: [endpointAt(A), endpointAt(B, { healthStatus: "UNHEALTHY" })] },
          { priority: 1, lbEndpoints: [endpointAt(C)] },
        ],
      },
    });
    const stats = createLocalStats().store;
    const cluster = new Cluster({ info, names: "resolve", random: new SeededRandom(), clock: new FakeClock(), stats });
    const chosen = picks(cluster, 10_000);
    expect(Math.abs(countOf(chosen, A) - 7000)).toBeLessThan(200);
    expect(Math.abs(countOf(chosen, C) - 3000)).toBeLessThan(200);
    expect(countOf(chosen, B)).toBe(0);
  });
});

describe("Cluster.applyResolution", () => {
  const strict = { more: { type: "STRICT_DNS" } } as const;
  const NAMED = [endpointAt("a.example:80"), endpointAt("b.example:81", { loadBalancingWeight: 3 })];

  it("keeps the object of a host whose address stays", ({ expect }) => {
    const cluster = createCluster(NAMED, strict);
    cluster.applyResolution(0, ["10.0.0.1", "10.0.0.2"]);
    const [first, second] = cluster.hosts;
    cluster.applyResolution(0, ["10.0.0.2", "10.0.0.3"]);
    expect(cluster.hosts.map(({ address }) => address)).toEqual([B, C]);
    expect(cluster.hosts[0]).toBe(second);
    expect(cluster.hosts).not.toContain(first);
  });

  it("makes hosts of what the endpoint says", ({ expect }) => {
    const cluster = createCluster(NAMED, strict);
    cluster.applyResolution(1, ["2001:db8:0:0::1"]);
    expect(cluster.hosts[0]).toMatchObject({
      address: "[2001:db8::1]:81",
      target: { kind: "ip", host: "2001:db8::1", port: 81 },
      hostname: "b.example",
      weight: 3,
    });
  });

  it("takes one address once", ({ expect }) => {
    const cluster = createCluster(NAMED, strict);
    cluster.applyResolution(0, ["::1", "0:0:0:0:0:0:0:1", "::1"]);
    expect(cluster.hosts.map(({ address }) => address)).toEqual(["[::1]:80"]);
  });

  it("removes all hosts of an endpoint on an empty answer, and counts real changes only", ({ expect }) => {
    const cluster = createCluster(NAMED, strict);
    cluster.applyResolution(0, ["10.0.0.1"]);
    cluster.applyResolution(1, ["10.0.0.9"]);
    cluster.applyResolution(0, []);
    cluster.applyResolution(0, []);
    expect(cluster.hosts.map(({ address }) => address)).toEqual(["10.0.0.9:81"]);
    expect(cluster.stats.membershipChange.value).toBe(3);
    expect(cluster.stats.membershipTotal.value).toBe(1);
  });

  it("uses the first address of a logical DNS cluster, and keeps it on an empty answer", ({ expect }) => {
    const cluster = createCluster([endpointAt("a.example:80")], { more: { type: "LOGICAL_DNS" } });
    cluster.applyResolution(0, ["10.0.0.1", "10.0.0.2"]);
    const [host] = cluster.hosts;
    cluster.applyResolution(0, []);
    cluster.applyResolution(0, ["10.0.0.1"]);
    expect(cluster.hosts).toEqual([host]);
    expect(cluster.stats.membershipChange.value).toBe(1);
  });

  it("has no effect on an endpoint with an address, or beyond the last", ({ expect }) => {
    const cluster = createCluster([endpointAt(A)]);
    cluster.applyResolution(0, ["10.0.0.2"]);
    cluster.applyResolution(5, ["10.0.0.2"]);
    expect(cluster.hosts.map(({ address }) => address)).toEqual([A]);
  });

  it("is not needed where hosts are connected to by name", ({ expect }) => {
    const cluster = createCluster(NAMED, { ...strict, names: "connect by name" });
    expect(cluster.hosts[0]).toMatchObject({
      address: "a.example:80",
      target: { kind: "name", host: "a.example", port: 80 },
      hostname: "a.example",
    });
  });
});
