import fc from "fast-check";
import { describe, it } from "vitest";
import { computePriorityLoad, type PriorityHealth } from "../../../shared/upstream/priority-load.ts";

const ENVOY = { overprovisioningPercent: 140, panicThresholdPercent: 50 };

/** A priority of 100 hosts. */
function percent(healthy: number, degraded = 0): PriorityHealth {
  return { total: 100, healthy, degraded };
}

describe("computePriorityLoad", () => {
  // The tables of Envoy's documentation ("Priority levels"), and shares that Envoy 1.39 was seen to give where those are older than
  // its code: rounding goes to the first priority, and panicking priorities share by their size.
  const table: readonly (readonly [priorities: readonly PriorityHealth[], healthy: number[], degraded: number[]])[] = [
    [[percent(100)], [100], [0]],
    [[percent(71)], [100], [0]],
    [
      [percent(72), percent(72)],
      [100, 0],
      [0, 0],
    ],
    [
      [percent(71), percent(100)],
      [99, 1],
      [0, 0],
    ],
    [
      [percent(50), percent(100)],
      [70, 30],
      [0, 0],
    ],
    [
      [percent(25), percent(100)],
      [35, 65],
      [0, 0],
    ],
    [
      [percent(0), percent(100)],
      [0, 100],
      [0, 0],
    ],
    [
      [percent(25), percent(25)],
      [50, 50],
      [0, 0],
    ],
    [
      [percent(5), percent(65)],
      [8, 92],
      [0, 0],
    ],
    [
      [percent(25), percent(25), percent(20)],
      [34, 33, 33],
      [0, 0, 0],
    ],
    [
      [percent(25), percent(25), percent(100)],
      [35, 35, 30],
      [0, 0, 0],
    ],
    [[percent(50, 50)], [70], [30]],
    [[percent(0, 100)], [0], [100]],
    [
      [percent(5, 95), percent(50)],
      [7, 70],
      [23, 0],
    ],
  ];
  it.for(table)("shares %j out as %j, and %j to degraded hosts", ([priorities, healthy, degraded], { expect }) => {
    const loads = computePriorityLoad(priorities, ENVOY);
    expect(loads.map((load) => load.healthy)).toEqual(healthy);
    expect(loads.map((load) => load.degraded)).toEqual(degraded);
  });

  it("lets only the priorities below the threshold panic, and none while the load can be carried", ({ expect }) => {
    const panics = (...priorities: PriorityHealth[]): boolean[] =>
      computePriorityLoad(priorities, ENVOY).map((load) => load.panics);
    expect(panics(percent(49))).toEqual([true]);
    expect(panics(percent(50))).toEqual([false]);
    expect(panics(percent(25), percent(25))).toEqual([true, true]);
    expect(panics(percent(5), percent(65))).toEqual([true, false]);
    expect(panics(percent(5), percent(100))).toEqual([false, false]);
    expect(panics(percent(20, 40))).toEqual([false]);
  });

  it("shares by the number of hosts when all priorities panic", ({ expect }) => {
    const loads = computePriorityLoad(
      [
        { total: 10, healthy: 0, degraded: 0 },
        { total: 20, healthy: 0, degraded: 0 },
      ],
      ENVOY,
    );
    expect(loads).toEqual([
      { healthy: 34, degraded: 0, panics: true },
      { healthy: 66, degraded: 0, panics: true },
    ]);
  });

  it("never panics with a threshold of 0, and sends everything to where nobody is", ({ expect }) => {
    const settings = { ...ENVOY, panicThresholdPercent: 0 };
    expect(computePriorityLoad([percent(0), percent(0)], settings)).toEqual([
      { healthy: 100, degraded: 0, panics: false },
      { healthy: 0, degraded: 0, panics: false },
    ]);
  });

  it("adds up to 100 for any hosts", ({ expect }) => {
    const priority = fc
      .tuple(fc.nat(50), fc.nat(50), fc.nat(50))
      .map(([healthy, degraded, rest]) => ({ total: healthy + degraded + rest, healthy, degraded }));
    const settings = fc.record({
      overprovisioningPercent: fc.integer({ min: 100, max: 400 }),
      panicThresholdPercent: fc.nat(100),
    });
    fc.assert(
      fc.property(fc.array(priority, { minLength: 1, maxLength: 4 }), settings, (priorities, limits) => {
        const loads = computePriorityLoad(priorities, limits);
        const shares = loads.flatMap((load) => [load.healthy, load.degraded]);
        expect(shares.reduce((sum, share) => sum + share, 0)).toBe(100);
        expect(Math.min(...shares)).toBeGreaterThanOrEqual(0);
      }),
      { seed: 20261123 },
    );
  });
});
