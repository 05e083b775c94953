import fc from "fast-check";
import { describe, it } from "vitest";
import type { Cluster as ClusterConfig, RuntimeDouble } from "../../../../shared/schema/envoy-types.ts";
import type { Cluster } from "../../../../shared/upstream/cluster.ts";
import { SeededRandom } from "../../../support/fakes.ts";
import { createCluster, tallyPicks } from "../../../support/sample-balancing.ts";
import { endpointAt } from "../../../support/sample-cluster.ts";

const [A, B, C] = ["10.0.0.1:80", "10.0.0.2:80", "10.0.0.3:80"] as const;
const LEAST_REQUEST = { lbPolicy: "LEAST_REQUEST" } as const;
const FULL_SCAN = {
  loadBalancingPolicy: {
    policies: [
      {
        typedExtensionConfig: {
          name: "lr",
          typedConfig: {
            "@type": "type.googleapis.com/envoy.extensions.load_balancing_policies.least_request.v3.LeastRequest",
            selectionMethod: "FULL_SCAN",
          },
        },
      },
    ],
  },
};

function clusterOf(active: readonly number[], more: Partial<ClusterConfig>, drawn: readonly number[] = []): Cluster {
  const lbEndpoints = active.map((_, at) => endpointAt(`10.0.0.${at + 1}:80`));
  const cluster = createCluster([{ lbEndpoints }], more, { random: new SeededRandom(1, drawn) });
  setActive(cluster, active);
  return cluster;
}

function setActive(cluster: Cluster, active: readonly number[]): void {
  for (const [at, host] of cluster.hosts.entries()) host.counters.rqActive = active[at] ?? 0;
}

/** The first of the drawn hosts that has the fewest requests. */
function plainChoice(active: readonly number[], drawn: readonly number[]): number {
  const places = drawn.map((each) => each % active.length);
  const least = Math.min(...places.map((place) => active[place] ?? 0));
  return places.find((place) => active[place] === least) ?? 0;
}

describe("LeastRequestPicker", () => {
  it("takes the less busy of two that are drawn, and the first of a tie", ({ expect }) => {
    const pick = (drawn: readonly number[]): string | undefined =>
      clusterOf([5, 3, 3], LEAST_REQUEST, drawn).pick()?.address;
    expect(pick([0, 1])).toBe(B);
    expect(pick([1, 0])).toBe(B);
    expect(pick([2, 1])).toBe(C);
    expect(pick([0, 0])).toBe(A);
  });

  it("draws as many as choice_count says", ({ expect }) => {
    const more = { ...LEAST_REQUEST, leastRequestLbConfig: { choiceCount: 4 } };
    expect(clusterOf([5, 4, 1], more, [0, 1, 0, 2]).pick()?.address).toBe(C);
    expect(clusterOf([5, 4, 1], LEAST_REQUEST, [0, 1, 0, 2]).pick()?.address).toBe(B);
  });

  it("agrees with a plain reading of the rule for any hosts and draws", ({ expect }) => {
    const hosts = fc.array(fc.nat(4), { minLength: 2, maxLength: 6 });
    const draws = fc.array(fc.nat(1000), { minLength: 5, maxLength: 5 });
    const rule = fc.property(hosts, draws, fc.integer({ min: 2, max: 5 }), (active, drawn, choiceCount) => {
      const more = { ...LEAST_REQUEST, leastRequestLbConfig: { choiceCount } };
      const expected = plainChoice(active, drawn.slice(0, choiceCount));
      expect(clusterOf(active, more, drawn).pick()?.address).toBe(`10.0.0.${expected + 1}:80`);
    });
    fc.assert(rule, { seed: 11, numRuns: 300 });
  });

  it("scans all hosts for the least busy one, and shares ties out evenly", ({ expect }) => {
    expect(tallyPicks(clusterOf([2, 1, 7], FULL_SCAN), 50)).toEqual({ [B]: 50 });
    const tied = tallyPicks(clusterOf([1, 7, 1], FULL_SCAN), 10_000);
    expect(Object.keys(tied).sort()).toEqual([A, C]);
    expect(Math.abs(Number(tied[A]) - 5000)).toBeLessThan(200);
  });

  it("schedules hosts of unequal weight by their weight over their requests", ({ expect }) => {
    const lbEndpoints = [endpointAt(A, { loadBalancingWeight: 6 }), endpointAt(B, { loadBalancingWeight: 3 })];
    const create = (bias: RuntimeDouble): Cluster =>
      createCluster([{ lbEndpoints }], { ...LEAST_REQUEST, leastRequestLbConfig: { activeRequestBias: bias } });
    const shareOfA = (defaultValue: number, active: readonly number[]): number => {
      const cluster = create({ defaultValue });
      setActive(cluster, active);
      return Number(tallyPicks(cluster, 9000)[A]);
    };
    // The schedule may begin within a turn: one pick more or less.
    expect(Math.abs(shareOfA(1, [0, 0]) - 6000)).toBeLessThan(2);
    expect(Math.abs(shareOfA(1, [3, 0]) - 3000)).toBeLessThan(2);
    expect(Math.abs(shareOfA(0, [3, 0]) - 6000)).toBeLessThan(2);
    expect(Math.abs(shareOfA(0.5, [3, 0]) - 4500)).toBeLessThan(2);
  });
});
