import { describe, it } from "vitest";
import type { CircuitBreakersThresholds } from "../../../shared/schema/envoy-types.ts";
import { createLocalStats, type LocalStats } from "../../../shared/stats/local-stats.ts";
import { CircuitBreakers } from "../../../shared/upstream/circuit-breakers.ts";
import { compileCircuitBreakers } from "../../../shared/upstream/compile-circuit-breakers.ts";
import type { ResourceManager } from "../../../shared/upstream/resource-manager.ts";

function createBreakers(...thresholds: readonly CircuitBreakersThresholds[]): {
  breakers: CircuitBreakers;
  gauge: (name: string) => number | undefined;
} {
  const stats: LocalStats = createLocalStats();
  const breakers = new CircuitBreakers(compileCircuitBreakers({ thresholds }), stats.store);
  const gauge = (name: string): number | undefined =>
    [...stats.view().gauges()].find((found) => found.name === `circuit_breakers.${name}`)?.value;
  return { breakers, gauge };
}

/** How many can be taken, until the limit says no. */
function capacity(resource: ResourceManager["requests"]): number {
  let taken = 0;
  for (; taken < 5000 && resource.canCreate(); taken += 1) resource.inc();
  return taken;
}

describe("CircuitBreakers", () => {
  it("limits are Envoy's where the configuration says nothing", ({ expect }) => {
    const { breakers } = createBreakers();
    for (const priority of ["DEFAULT", "HIGH"] as const) {
      const { connections, pendingRequests, requests, retries } = breakers.resources(priority);
      expect([connections, pendingRequests, requests, retries].map(capacity)).toEqual([1024, 1024, 1024, 3]);
    }
  });

  it("each priority has its own limits, the first entry of several", ({ expect }) => {
    const { breakers } = createBreakers({ maxRequests: 2 }, { priority: "HIGH", maxRequests: 5 }, { maxRequests: 9 });
    expect(capacity(breakers.resources("DEFAULT").requests)).toBe(2);
    expect(capacity(breakers.resources("HIGH").requests)).toBe(5);
  });

  it("a limit is open while nothing more may be taken, and the gauge says so", ({ expect }) => {
    const { breakers, gauge } = createBreakers({ maxRequests: 1 });
    const { requests } = breakers.resources("DEFAULT");
    expect([requests.canCreate(), gauge("default.rq_open")]).toEqual([true, 0]);
    requests.inc();
    expect([requests.canCreate(), gauge("default.rq_open"), gauge("high.rq_open")]).toEqual([false, 1, 0]);
    requests.dec();
    expect([requests.canCreate(), gauge("default.rq_open")]).toEqual([true, 0]);
  });

  it("what is left is told with track_remaining only", ({ expect }) => {
    const { breakers, gauge } = createBreakers({ maxRetries: 2, trackRemaining: true });
    expect(gauge("default.remaining_retries")).toBe(2);
    for (let more = 0; more < 3; more += 1) breakers.resources("DEFAULT").retries.inc();
    expect(gauge("default.remaining_retries")).toBe(0);
    expect(gauge("high.remaining_retries")).toBeUndefined();
  });

  it("a retry budget is a share of what is under way, but never below its minimum", ({ expect }) => {
    const { breakers } = createBreakers({ maxRetries: 1, retryBudget: { budgetPercent: { value: 25 } } });
    const { retries, requests, pendingRequests } = breakers.resources("DEFAULT");
    expect(capacity(retries)).toBe(3);
    for (let more = 0; more < 15; more += 1) requests.inc();
    expect(capacity(retries)).toBe(0);
    for (let more = 0; more < 5; more += 1) pendingRequests.inc();
    expect(capacity(retries)).toBe(2);
  });

  it("a retry budget that says nothing is 20 percent, at least 3", ({ expect }) => {
    const { breakers } = createBreakers({ retryBudget: {} });
    const { retries, requests } = breakers.resources("DEFAULT");
    expect(capacity(retries)).toBe(3);
    for (let more = 0; more < 20; more += 1) requests.inc();
    expect(capacity(retries)).toBe(1);
  });
});
