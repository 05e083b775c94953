import { describe, it } from "vitest";
import type {
  Cluster as ClusterConfig,
  LbEndpoint,
  LocalityLbEndpoints,
} from "../../../../shared/schema/envoy-types.ts";
import type { Cluster } from "../../../../shared/upstream/cluster.ts";
import { PreviousPriorities } from "../../../../shared/upstream/previous-priorities.ts";
import { createCluster, tallyPicks } from "../../../support/sample-balancing.ts";
import { endpointAt } from "../../../support/sample-cluster.ts";

const BY_LOCALITY = { commonLbConfig: { localityWeightedLbConfig: {} } };

/** So many hosts of which so many are healthy, in `10.<net>.0.0`. */
function hosts(net: number, total: number, healthy: number): LbEndpoint[] {
  return Array.from({ length: total }, (_, at) =>
    endpointAt(`10.${net}.0.${at}:80`, at < healthy ? {} : { healthStatus: "UNHEALTHY" }),
  );
}

function shareOfNet(counts: Readonly<Record<string, number>>, net: number): number {
  return Object.entries(counts).reduce(
    (sum, [address, count]) => sum + (address.startsWith(`10.${net}.`) ? count : 0),
    0,
  );
}

describe("SpreadBalancer localities", () => {
  const zones = (healthyInX: number): LocalityLbEndpoints[] => [
    { locality: { zone: "x" }, loadBalancingWeight: 1, lbEndpoints: hosts(1, 100, healthyInX) },
    { locality: { zone: "y" }, loadBalancingWeight: 2, lbEndpoints: hosts(2, 100, 100) },
  ];

  // Envoy's documentation, "Locality weighted load balancing", to more digits: 1.4 times the healthy share, at most 1, over that and 2.
  const shares: readonly (readonly [healthy: number, perTenThousand: number])[] = [
    [100, 3333],
    [70, 3289],
    [69, 3257],
    [50, 2593],
    [25, 1489],
    [0, 0],
  ];
  it.for(shares)("send %i healthy of 100 hosts %i of 10000 requests", ([healthy, expected], { expect }) => {
    const counts = tallyPicks(createCluster(zones(healthy), BY_LOCALITY), 10_000);
    expect(Math.abs(shareOfNet(counts, 1) - expected)).toBeLessThan(2);
  });

  it("sends nothing to a locality without weight, unless none has one", ({ expect }) => {
    const [x = {}, { loadBalancingWeight: _, ...y } = {}] = zones(100);
    const { loadBalancingWeight: __, ...unweighted } = x;
    expect(shareOfNet(tallyPicks(createCluster([x, y], BY_LOCALITY), 400), 2)).toBe(0);
    expect(shareOfNet(tallyPicks(createCluster([unweighted, y], BY_LOCALITY), 400), 2)).toBe(200);
  });

  it("does not weigh localities without locality_weighted_lb_config", ({ expect }) => {
    expect(shareOfNet(tallyPicks(createCluster(zones(100)), 600), 1)).toBe(300);
  });

  it("scales the weights of a subset's localities by their hosts in it", ({ expect }) => {
    const inSubset = { metadata: { filterMetadata: { "envoy.lb": { v: 1 } } } };
    const [a1, a2, b1] = ["10.1.0.1:80", "10.1.0.2:80", "10.2.0.1:80"] as const;
    const localities = [
      { locality: { zone: "a" }, loadBalancingWeight: 20, lbEndpoints: [endpointAt(a1, inSubset), endpointAt(a2)] },
      { locality: { zone: "b" }, loadBalancingWeight: 20, lbEndpoints: [endpointAt(b1, inSubset)] },
    ];
    const shares = (scaleLocalityWeight: boolean, localityWeightAware = true): Record<string, number> => {
      const lbSubsetConfig = { subsetSelectors: [{ keys: ["v"] }], localityWeightAware, scaleLocalityWeight };
      return tallyPicks(createCluster(localities, { ...BY_LOCALITY, lbSubsetConfig }), 60, { metadataMatch: { v: 1 } });
    };
    expect(shares(false)).toEqual({ [a1]: 30, [b1]: 30 });
    expect(shares(true)).toEqual({ [a1]: 20, [b1]: 40 });
    expect(shares(true, false)).toEqual({ [a1]: 30, [b1]: 30 });
  });
});

describe("SpreadBalancer beside Envoy", () => {
  const host = (digit: number, more: Omit<LbEndpoint, "endpoint"> = {}): LbEndpoint =>
    endpointAt(`10.0.0.1:8${digit}`, more);
  const DRAINING = { healthStatus: "DRAINING" } as const;
  const UNHEALTHY = { healthStatus: "UNHEALTHY" } as const;
  const zone = (
    name: string,
    loadBalancingWeight: number,
    lbEndpoints: readonly LbEndpoint[],
  ): LocalityLbEndpoints => ({
    locality: { zone: name },
    loadBalancingWeight,
    lbEndpoints,
  });

  // Shares of 2000 requests to Envoy 1.39, by the last digit of the port.
  const seen: readonly (readonly [
    name: string,
    endpoints: readonly LocalityLbEndpoints[],
    more: Partial<ClusterConfig>,
    shares: Readonly<Record<string, number>>,
  ])[] = [
    [
      "draining hosts that are not counted",
      [{ lbEndpoints: [host(0), host(1, DRAINING), host(2, UNHEALTHY)] }],
      {},
      { 0: 2000 },
    ],
    [
      "a panic beside draining hosts",
      [{ lbEndpoints: [host(0), host(1, DRAINING), host(2, DRAINING), host(3, UNHEALTHY), host(4, UNHEALTHY)] }],
      {},
      { 0: 400, 1: 400, 2: 400, 3: 400, 4: 400 },
    ],
    [
      "a panic, whatever the localities weigh",
      [
        zone("a", 3, [host(0), host(1, UNHEALTHY)]),
        zone("b", 1, [host(2, UNHEALTHY), host(3, UNHEALTHY), host(4, UNHEALTHY)]),
      ],
      BY_LOCALITY,
      { 0: 400, 1: 400, 2: 400, 3: 400, 4: 400 },
    ],
    [
      "localities of which hosts drain or fail",
      [zone("a", 3, [host(0), host(1, DRAINING)]), zone("b", 1, [host(2), host(3, UNHEALTHY), host(4)])],
      BY_LOCALITY,
      { 0: 1526, 2: 237, 4: 237 },
    ],
    [
      "weights within weighted localities",
      [zone("a", 3, [host(0), host(1, { loadBalancingWeight: 4 })]), zone("b", 2, [host(2), host(3)])],
      BY_LOCALITY,
      { 0: 240, 1: 960, 2: 400, 3: 400 },
    ],
    [
      "least request among idle hosts of unequal weight",
      [{ lbEndpoints: [1, 2, 3].map((weight) => host(weight, { loadBalancingWeight: weight })) }],
      { lbPolicy: "LEAST_REQUEST" },
      { 1: 333, 2: 667, 3: 1000 },
    ],
  ];
  it.for(seen)("shares out as Envoy does with %s", ([, endpoints, more, shares], { expect }) => {
    const counts = tallyPicks(createCluster(endpoints, more), 2000);
    const differences = Object.entries(shares).map(([digit, count]) =>
      Math.abs(Number(counts[`10.0.0.1:8${digit}`]) - count),
    );
    // Both begin at a random place of a turn.
    expect(Math.max(...differences)).toBeLessThan(2);
    expect(Object.keys(counts)).toHaveLength(Object.keys(shares).length);
  });
});

describe("SpreadBalancer", () => {
  it("gives no host in a panic where traffic is to fail", ({ expect }) => {
    const commonLbConfig = { zoneAwareLbConfig: { failTrafficOnPanic: true } };
    const cluster = createCluster([{ lbEndpoints: hosts(1, 4, 1) }], { commonLbConfig });
    expect(tallyPicks(cluster, 5)).toEqual({ none: 5 });
    expect(cluster.stats.lbHealthyPanic.value).toBe(5);
  });

  it("picks again until the host is accepted, and takes the last one after all attempts", ({ expect }) => {
    const cluster = createCluster([{ lbEndpoints: hosts(1, 3, 3) }]);
    const refused = cluster.hosts[0];
    const context = { shouldSelectAnotherHost: (host: unknown) => host === refused };
    expect(shareOfNet(tallyPicks(cluster, 30, context), 1)).toBe(30);
    expect(Object.keys(tallyPicks(cluster, 30, context))).not.toContain(refused?.address);
    let asked = 0;
    const never = { shouldSelectAnotherHost: () => (asked += 1) > 0, hostSelectionMaxAttempts: 4 };
    expect(cluster.pick(never)).toBeDefined();
    expect(asked).toBe(4);
  });

  it("keeps the turn of round robin when asked with a context", ({ expect }) => {
    const cluster = createCluster([{ lbEndpoints: hosts(1, 4, 4) }]);
    expect(Object.values(tallyPicks(cluster, 8, {}))).toEqual([2, 2, 2, 2]);
  });
});

describe("LoadBalancer override host", () => {
  const lbEndpoints = [
    endpointAt("10.1.0.1:80"),
    endpointAt("10.1.0.2:80", { healthStatus: "DEGRADED" }),
    endpointAt("10.1.0.3:80", { healthStatus: "DRAINING" }),
  ];

  it("gives the host that is asked for, while its status allows it", ({ expect }) => {
    const cluster = createCluster([{ lbEndpoints }]);
    const pick = (address: string, strict: boolean): string | undefined =>
      cluster.pick({ overrideHost: { address, strict } })?.address;
    expect(pick("10.1.0.2:80", true)).toBe("10.1.0.2:80");
    expect(pick("10.1.0.3:80", true)).toBeUndefined();
    expect(pick("10.1.0.9:80", true)).toBeUndefined();
    expect(pick("10.1.0.9:80", false)).toBeDefined();
  });

  it("allows exactly the statuses of override_host_status", ({ expect }) => {
    const commonLbConfig = { overrideHostStatus: { statuses: ["DRAINING"] } } as const;
    const cluster = createCluster([{ lbEndpoints }], { commonLbConfig });
    const pick = (address: string): string | undefined =>
      cluster.pick({ overrideHost: { address, strict: true } })?.address;
    expect(pick("10.1.0.3:80")).toBe("10.1.0.3:80");
    expect(pick("10.1.0.1:80")).toBeUndefined();
  });
});

/** One attempt of a request; gives the priority of its host. */
function tryOnce(cluster: Cluster, retryPriority: PreviousPriorities): number | undefined {
  const host = cluster.pick({ retryPriority });
  if (host !== undefined) retryPriority.onHostAttempted(host);
  return host?.priority;
}

describe("PreviousPriorities", () => {
  const priorities = [0, 1, 2].map((priority) => ({ priority, lbEndpoints: hosts(priority, 2, 2) }));

  it("leaves out the priorities that were tried, and begins anew when none is left", ({ expect }) => {
    const cluster = createCluster(priorities);
    const retryPriority = new PreviousPriorities(1);
    const tried = Array.from({ length: 7 }, () => tryOnce(cluster, retryPriority));
    expect(tried).toEqual([0, 1, 2, 0, 1, 2, 0]);
  });

  it("changes the loads with every so many attempts only", ({ expect }) => {
    const cluster = createCluster(priorities);
    const retryPriority = new PreviousPriorities(2);
    const tried = Array.from({ length: 6 }, () => tryOnce(cluster, retryPriority));
    expect(tried).toEqual([0, 0, 1, 1, 2, 2]);
  });

  it("keeps the loads where no priority has a host of use", ({ expect }) => {
    const cluster = createCluster([{ lbEndpoints: hosts(1, 2, 0) }]);
    const retryPriority = new PreviousPriorities(1);
    expect(tryOnce(cluster, retryPriority)).toBe(0);
    expect(tryOnce(cluster, retryPriority)).toBe(0);
  });
});
