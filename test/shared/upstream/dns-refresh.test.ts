import { describe, it } from "vitest";
import type { Cluster as ClusterConfig } from "../../../shared/schema/envoy-types.ts";
import { createLocalStats } from "../../../shared/stats/local-stats.ts";
import type { CompiledCluster } from "../../../shared/upstream/compiled-cluster.ts";
import { DnsRefresh } from "../../../shared/upstream/dns-refresh.ts";
import { FakeDnsResolver } from "../../support/fake-dns.ts";
import { FakeTimers, RecordingLogger, SeededRandom } from "../../support/fakes.ts";
import { clusterConfig, compiledCluster, endpointAt } from "../../support/sample-cluster.ts";

class DnsBench {
  readonly resolver = new FakeDnsResolver();
  readonly timers = new FakeTimers();
  readonly updates: string[] = [];
  readonly refresh: DnsRefresh;
  readonly #stats = createLocalStats();

  constructor(random: SeededRandom = new SeededRandom()) {
    this.refresh = new DnsRefresh({
      resolver: this.resolver,
      timers: this.timers,
      random,
      logger: new RecordingLogger(),
      stats: this.#stats.store,
      onUpdate: ({ clusterName, endpointIndex, addresses }) =>
        this.updates.push(`${clusterName}[${endpointIndex}] ${addresses.join(" ")}`),
    });
  }

  counters(cluster: string): Record<string, number> {
    const prefix = `cluster.${cluster}.update_`;
    const found = this.#stats
      .view()
      .counters()
      .filter(({ name }) => name.startsWith(prefix));
    return Object.fromEntries(found.map(({ name, value }) => [name.slice(prefix.length), value]));
  }
}

function strict(name: string, more: Omit<ClusterConfig, "name" | "loadAssignment"> = {}): CompiledCluster {
  return compiledCluster(clusterConfig(name, [endpointAt(`${name}.example:80`)], { type: "STRICT_DNS", ...more }));
}

describe("DnsRefresh", () => {
  it("asks at once, and every refresh rate after an answer", async ({ expect }) => {
    const bench = new DnsBench();
    bench.refresh.setClusters([strict("a", { dnsRefreshRate: "3s", dnsLookupFamily: "V4_ONLY" })]);
    expect(bench.resolver.asked).toEqual(["a.example V4_ONLY"]);
    bench.timers.advance(60_000);
    expect(bench.resolver.asked).toHaveLength(1);
    await bench.resolver.answer("a.example", ["10.0.0.1"]);
    bench.timers.advance(2999);
    expect(bench.resolver.asked).toHaveLength(1);
    bench.timers.advance(1);
    expect(bench.resolver.asked).toHaveLength(2);
  });

  it("tells changes only, whatever the order of the addresses", async ({ expect }) => {
    const bench = new DnsBench();
    bench.refresh.setClusters([strict("a")]);
    await bench.resolver.answer("a.example", ["10.0.0.1", "10.0.0.2"]);
    bench.timers.advance(5000);
    await bench.resolver.answer("a.example", ["10.0.0.2", "10.0.0.1"]);
    bench.timers.advance(5000);
    await bench.resolver.answer("a.example", ["10.0.0.2"]);
    expect(bench.updates).toEqual(["a[0] 10.0.0.1 10.0.0.2", "a[0] 10.0.0.2"]);
    expect(bench.counters("a")).toEqual({ attempt: 3, success: 3, failure: 0, no_rebuild: 1 });
    expect(bench.refresh.known()).toEqual([{ clusterName: "a", endpointIndex: 0, addresses: ["10.0.0.2"] }]);
  });

  it("removes all hosts of a strict DNS cluster on an empty answer, and none on a failure", async ({ expect }) => {
    const bench = new DnsBench();
    bench.refresh.setClusters([strict("a")]);
    await bench.resolver.answer("a.example", ["10.0.0.1"]);
    bench.timers.advance(5000);
    await bench.resolver.fail("a.example");
    bench.timers.advance(5000);
    await bench.resolver.answer("a.example", []);
    expect(bench.updates).toEqual(["a[0] 10.0.0.1", "a[0] "]);
    expect(bench.counters("a")).toMatchObject({ failure: 1, success: 2 });
  });

  it("keeps the host of a logical DNS cluster on an empty answer, and looks at the first address only", async ({
    expect,
  }) => {
    const bench = new DnsBench();
    bench.refresh.setClusters([strict("a", { type: "LOGICAL_DNS" })]);
    await bench.resolver.answer("a.example", ["10.0.0.1", "10.0.0.2"]);
    bench.timers.advance(5000);
    await bench.resolver.answer("a.example", []);
    bench.timers.advance(5000);
    await bench.resolver.answer("a.example", ["10.0.0.1", "10.0.0.9"]);
    bench.timers.advance(5000);
    await bench.resolver.answer("a.example", ["10.0.0.2", "10.0.0.1"]);
    expect(bench.updates).toEqual(["a[0] 10.0.0.1 10.0.0.2", "a[0] 10.0.0.2 10.0.0.1"]);
  });

  it("waits as long as the answer lives where the cluster respects it", async ({ expect }) => {
    const bench = new DnsBench();
    bench.refresh.setClusters([strict("a", { respectDnsTtl: true }), strict("b")]);
    await bench.resolver.answer("a.example", ["10.0.0.1"], 60);
    await bench.resolver.answer("b.example", ["10.0.0.1"], 60);
    bench.timers.advance(5000);
    expect(bench.resolver.asked).toEqual(["a.example AUTO", "b.example AUTO", "b.example AUTO"]);
    bench.timers.advance(55_000);
    expect(bench.resolver.asked.at(-1)).toBe("a.example AUTO");
  });

  it("does not take a time to live of 0, or that of an empty answer, at its word", async ({ expect }) => {
    const bench = new DnsBench();
    bench.refresh.setClusters([strict("a", { respectDnsTtl: true })]);
    await bench.resolver.answer("a.example", ["10.0.0.1"], 0);
    bench.timers.advance(4999);
    expect(bench.resolver.asked).toHaveLength(1);
    bench.timers.advance(1);
    await bench.resolver.answer("a.example", [], 900);
    bench.timers.advance(5000);
    expect(bench.resolver.asked).toHaveLength(3);
  });

  it("backs off from failures within a doubling interval, and begins anew after a success", async ({ expect }) => {
    const bench = new DnsBench(new SeededRandom(1, [999, 1999, 3999, 3999, 999]));
    bench.refresh.setClusters([strict("a", { dnsFailureRefreshRate: { baseInterval: "1s", maxInterval: "4s" } })]);
    const waits: number[] = [];
    const waitForNext = (): void => {
      const count = bench.resolver.asked.length;
      const sinceMs = bench.timers.clock.monotonicMs();
      while (bench.resolver.asked.length === count) bench.timers.advance(1);
      waits.push(bench.timers.clock.monotonicMs() - sinceMs);
    };
    for (const _failure of [1, 2, 3, 4]) {
      await bench.resolver.fail("a.example");
      waitForNext();
    }
    await bench.resolver.answer("a.example", ["10.0.0.1"]);
    waitForNext();
    await bench.resolver.fail("a.example");
    waitForNext();
    expect(waits).toEqual([999, 1999, 3999, 3999, 5000, 999]);
  });

  it("adds jitter to what it waits", async ({ expect }) => {
    const bench = new DnsBench(new SeededRandom(1, [1250]));
    bench.refresh.setClusters([strict("a", { dnsJitter: "1s" })]);
    await bench.resolver.answer("a.example", ["10.0.0.1"]);
    bench.timers.advance(5249);
    expect(bench.resolver.asked).toHaveLength(1);
    bench.timers.advance(1);
    expect(bench.resolver.asked).toHaveLength(2);
  });

  it("is ready when every name has an answer, good or bad", async ({ expect }) => {
    const bench = new DnsBench();
    const unawaited = strict("c", { waitForWarmOnInit: false });
    bench.refresh.setClusters([strict("a"), strict("b"), unawaited, compiledCluster({ name: "static" })]);
    const events: string[] = [];
    const ready = bench.refresh.ready().then(() => events.push("ready"));
    await bench.resolver.answer("a.example", ["10.0.0.1"]);
    events.push("a answered");
    await bench.resolver.fail("b.example");
    await ready;
    expect(events).toEqual(["a answered", "ready"]);
    expect(bench.resolver.asked).toHaveLength(3);
  });

  it("leaves clusters that stay alone, starts new ones and stops those that are gone", async ({ expect }) => {
    const bench = new DnsBench();
    const [a, b] = [strict("a"), strict("b")];
    bench.refresh.setClusters([a, b]);
    await bench.resolver.answer("a.example", ["10.0.0.1"]);
    bench.refresh.setClusters([a, strict("c")]);
    await bench.resolver.answer("b.example", ["10.0.0.2"]);
    expect(bench.resolver.asked).toEqual(["a.example AUTO", "b.example AUTO", "c.example AUTO"]);
    expect(bench.updates).toEqual(["a[0] 10.0.0.1"]);
    expect(bench.counters("a")).toMatchObject({ attempt: 1 });
    expect(bench.counters("b")).toEqual({});
  });

  it("leaves nothing behind when it stops, and keeps nobody waiting", async ({ expect }) => {
    const bench = new DnsBench();
    bench.refresh.setClusters([strict("a"), strict("b")]);
    const ready = bench.refresh.ready();
    await bench.resolver.answer("a.example", ["10.0.0.1"]);
    bench.refresh.stop();
    await ready;
    await bench.resolver.answer("b.example", ["10.0.0.2"]);
    bench.timers.advance(60_000);
    expect(bench.timers.pending).toBe(0);
    expect(bench.resolver.asked).toHaveLength(2);
    expect(bench.updates).toEqual(["a[0] 10.0.0.1"]);
  });
});
