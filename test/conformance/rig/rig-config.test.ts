import { describe, it } from "vitest";
import { KNOWN_DIFFERENCES } from "./known-differences.ts";
import { PLANTED } from "./planted.ts";
import { BACKENDS, loadRigConfig, rigConfigNames } from "./rig-config.ts";
import { requestCounts } from "./request-counts.ts";

const PORTS = { listener: 9, backends: new Map([...BACKENDS, "nowhere"].map((name, at) => [name, 1000 + at])) };

describe("rig configurations", () => {
  it("are at least forty", ({ expect }) => {
    expect(rigConfigNames().length).toBeGreaterThanOrEqual(40);
  });

  it.for(rigConfigNames())("%s says what it is about and names only ports that are there", (name, { expect }) => {
    const config = loadRigConfig(name);
    const text = JSON.stringify(config.bootstrap(PORTS));
    expect(config.about).toMatch(/\.$/);
    expect(text).not.toMatch(/port_value":(?:"|null|undefined)|"\$/);
    expect(text).toContain('"port_value":9}');
    expect(text).toContain("%REQ(X-RIG-ID)%");
  });

  it("planted differences change the configuration that they are planted in", ({ expect }) => {
    for (const { config, alter } of PLANTED) {
      const bootstrap = loadRigConfig(config).bootstrap(PORTS);
      expect(alter(bootstrap)).not.toEqual(bootstrap);
    }
  });
});

describe("known differences", () => {
  it("are at most fifteen kinds, each with a reason", ({ expect }) => {
    for (const known of Object.values(KNOWN_DIFFERENCES)) {
      expect(known.length).toBeLessThanOrEqual(15);
      expect(new Set(known.map(({ kind }) => kind)).size).toBe(known.length);
      expect(known.filter(({ reason }) => reason.length < 20)).toEqual([]);
    }
  });
});

describe("requestCounts", () => {
  const config = (weight: number, atMost: number): Parameters<typeof requestCounts>[0][number] => ({
    traffic: { ...loadRigConfig("prefix-routes").traffic, weight, atMost },
  });

  it("shares by weight, and gives to others what a cap leaves", ({ expect }) => {
    const unlimited = Number.POSITIVE_INFINITY;
    expect(requestCounts([config(1, unlimited), config(3, unlimited)], 400)).toEqual([100, 300]);
    expect(requestCounts([config(1, unlimited), config(1, 10)], 400)).toEqual([390, 10]);
    expect(requestCounts([config(1, 5), config(1, 10)], 400)).toEqual([5, 10]);
  });
});
