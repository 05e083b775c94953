import { describe, it } from "vitest";
import { FakeClock } from "../../../support/fakes.ts";
import { createCluster, tallyPicks } from "../../../support/sample-balancing.ts";
import { endpointAt } from "../../../support/sample-cluster.ts";

const [A, B] = ["10.0.0.1:80", "10.0.0.2:80"] as const;
const WINDOW_MS = 10_000;

function slowStart(more: object = {}): object {
  return { roundRobinLbConfig: { slowStartConfig: { slowStartWindow: "10s", ...more } } };
}

/** A cluster in which A is past its window when B comes, and the share of 110 picks that B gets some time later. */
function sharesOfNewcomer(elapsedMs: number, config: object): Record<string, number> {
  const clock = new FakeClock();
  const lbEndpoints = [endpointAt("a.example:80")];
  const cluster = createCluster([{ lbEndpoints }], { type: "STRICT_DNS", ...config }, { clock });
  cluster.applyResolution(0, ["10.0.0.1"]);
  clock.moveTo(WINDOW_MS * 2);
  cluster.applyResolution(0, ["10.0.0.1", "10.0.0.2"]);
  clock.moveTo(WINDOW_MS * 2 + elapsedMs);
  tallyPicks(cluster, 30);
  return tallyPicks(cluster, 110);
}

describe("SlowStart", () => {
  it("gives a new host the least share first, then more, then all of its weight", ({ expect }) => {
    expect(sharesOfNewcomer(0, slowStart())).toEqual({ [A]: 100, [B]: 10 });
    expect(sharesOfNewcomer(1000, slowStart())).toEqual({ [A]: 100, [B]: 10 });
    expect(sharesOfNewcomer(2500, slowStart())).toEqual({ [A]: 88, [B]: 22 });
    expect(sharesOfNewcomer(WINDOW_MS, slowStart())).toEqual({ [A]: 55, [B]: 55 });
  });

  it("raises the share by the root of the aggression", ({ expect }) => {
    const aggression = { defaultValue: 2, runtimeKey: "x" };
    expect(sharesOfNewcomer(2500, slowStart({ aggression }))[B]).toBe(37);
    const least = { minWeightPercent: { value: 50 } };
    expect(sharesOfNewcomer(100, slowStart(least))[B]).toBe(37);
  });

  it("has no effect on hosts that have been there for a window", ({ expect }) => {
    const clock = new FakeClock();
    const cluster = createCluster([{ lbEndpoints: [endpointAt(A), endpointAt(B)] }], slowStart(), { clock });
    expect(tallyPicks(cluster, 10)).toEqual({ [A]: 5, [B]: 5 });
    clock.moveTo(WINDOW_MS + 1);
    // Turns that were given out by the smaller weights are made up for first, as in Envoy.
    tallyPicks(cluster, 20);
    expect(tallyPicks(cluster, 10)).toEqual({ [A]: 5, [B]: 5 });
  });

  it("holds for least request too", ({ expect }) => {
    const config = {
      lbPolicy: "LEAST_REQUEST",
      leastRequestLbConfig: { slowStartConfig: { slowStartWindow: "10s", minWeightPercent: { value: 10 } } },
    };
    expect(sharesOfNewcomer(0, config)).toEqual({ [A]: 100, [B]: 10 });
    expect(sharesOfNewcomer(5000, config)[B]).toBe(37);
  });
});
