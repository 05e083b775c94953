import { describe, it } from "vitest";
import type { UpstreamHost } from "../../../../shared/host/upstream-host.ts";
import { HeaderMap } from "../../../../shared/http/header-map.ts";
import { DiagnosticCollector } from "../../../../shared/diagnostics/collector.ts";
import { ConfigPath } from "../../../../shared/diagnostics/config-path.ts";
import type { HealthCheck } from "../../../../shared/schema/envoy-types.ts";
import { createLocalStats } from "../../../../shared/stats/local-stats.ts";
import { ClusterHost } from "../../../../shared/upstream/cluster-host.ts";
import { compileHealthCheck } from "../../../../shared/upstream/health-check/compile-health-check.ts";
import type { HealthCheckSettings } from "../../../../shared/upstream/health-check/health-check-settings.ts";
import { HealthCheckStats } from "../../../../shared/upstream/health-check/health-check-stats.ts";
import { HealthChecker } from "../../../../shared/upstream/health-check/health-checker.ts";
import type { HealthProber, ProbeOutcome } from "../../../../shared/upstream/health-check/health-prober.ts";
import { FakeTimers, SeededRandom } from "../../../support/fakes.ts";
import { clusterConfig, compiledCluster, endpointAt } from "../../../support/sample-cluster.ts";

const HTTP: HealthCheck = {
  timeout: "1s",
  interval: "10s",
  unhealthyThreshold: 3,
  healthyThreshold: 2,
  httpHealthCheck: { path: "/healthz" },
};
const LOST: ProbeOutcome = { kind: "network failure" };

function present<T>(value: T | undefined): T {
  if (value === undefined) throw new Error("expected it to be there");
  return value;
}

function settingsOf(config: HealthCheck): HealthCheckSettings {
  return present(compileHealthCheck(config, ConfigPath.root, new DiagnosticCollector()));
}

function answer(status: number, headers: Readonly<Record<string, string>> = {}, body = ""): ProbeOutcome {
  const all = [[":status", String(status)] as const, ...Object.entries(headers)];
  return { kind: "http", headers: HeaderMap.from(all), body: new TextEncoder().encode(body) };
}

/** Keeps what is asked until the test answers. */
class HandProber implements HealthProber {
  readonly asked: { readonly host: UpstreamHost; readonly atMs: number }[] = [];
  cancelled = 0;
  readonly #timers: FakeTimers;
  #answer: ((outcome: ProbeOutcome) => void) | undefined;

  constructor(timers: FakeTimers) {
    this.#timers = timers;
  }

  probe(host: UpstreamHost, _settings: HealthCheckSettings, onOutcome: (outcome: ProbeOutcome) => void): () => void {
    this.asked.push({ host, atMs: this.#timers.clock.monotonicMs() });
    this.#answer = onOutcome;
    return () => (this.cancelled += 1);
  }

  answer(outcome: ProbeOutcome): void {
    present(this.#answer)(outcome);
  }
}

/** One host under checks, on fake time. The cluster is in use unless said. */
class CheckBench {
  readonly timers = new FakeTimers();
  readonly prober = new HandProber(this.timers);
  readonly events: string[] = [];
  readonly host: ClusterHost;
  readonly checker: HealthChecker;
  hasTraffic = true;
  readonly #stats = createLocalStats();

  constructor(config: Partial<HealthCheck> = {}, random: SeededRandom = new SeededRandom(), ignoresNewHosts = false) {
    const [endpoint] = compiledCluster(clusterConfig("c", [endpointAt("10.0.0.1:80")])).endpoints;
    this.host = new ClusterHost(present(endpoint), present(endpoint).address);
    this.checker = new HealthChecker({
      settings: settingsOf({ ...HTTP, ...config }),
      prober: this.prober,
      timers: this.timers,
      random,
      stats: new HealthCheckStats(this.#stats.store),
      ignoresNewHosts,
      hasTraffic: () => this.hasTraffic,
      onChecked: (_host, succeeded, transition) => this.events.push(`${succeeded ? "ok" : "failed"}, ${transition}`),
      onEvent: (event) => this.events.push(event.kind),
    });
    this.checker.setHosts([this.host]);
  }

  /** Answers the probe that waits, and gives how long the next one takes to come. */
  next(outcome: ProbeOutcome): number {
    this.prober.answer(outcome);
    return this.#untilNextProbe();
  }

  get flags(): readonly string[] {
    return this.host.healthFlags;
  }

  counted(): Readonly<Record<string, number>> {
    const view = this.#stats.view();
    const all = [...view.counters(), ...view.gauges()].filter(({ value }) => value !== 0);
    return Object.fromEntries(all.map(({ name, value }) => [name.slice("health_check.".length), value]));
  }

  #untilNextProbe(): number {
    const [before, fromMs] = [this.prober.asked.length, this.timers.clock.monotonicMs()];
    for (let waited = 0; waited < 1000 && this.prober.asked.length === before; waited += 1) this.timers.advance(100);
    return present(this.prober.asked.at(-1)).atMs - fromMs;
  }
}

describe("HealthChecker, thresholds", () => {
  it("a host is unhealthy until its first check, which is enough if it is good", ({ expect }) => {
    const bench = new CheckBench();
    expect([bench.flags, bench.host.health]).toEqual([["failed_active_hc"], "unhealthy"]);
    bench.next(answer(200));
    expect([bench.flags, bench.host.health]).toEqual([[], "healthy"]);
    expect(bench.events).toEqual(["add_healthy", "ok, changed"]);
    expect(bench.counted()).toMatchObject({ attempt: 2, success: 1, healthy: 1 });
  });

  it("failures of the network count up to the threshold, and a success in between begins anew", ({ expect }) => {
    const bench = new CheckBench();
    for (const outcome of [answer(200), LOST, LOST, answer(200), LOST, LOST]) bench.next(outcome);
    expect(bench.flags).toEqual([]);
    bench.next(LOST);
    expect(bench.flags).toEqual(["failed_active_hc"]);
    expect(bench.counted()).toMatchObject({ failure: 5, network_failure: 5 });
    expect(bench.counted()["healthy"]).toBeUndefined();
  });

  it("an unexpected status fails a host at once, a retriable one counts", ({ expect }) => {
    const bench = new CheckBench();
    for (const outcome of [answer(200), answer(503)]) bench.next(outcome);
    expect(bench.flags).toEqual(["failed_active_hc"]);
    const patient = new CheckBench({
      httpHealthCheck: { path: "/", retriableStatuses: [{ start: "500", end: "600" }] },
    });
    for (const outcome of [answer(200), answer(503), answer(503)]) patient.next(outcome);
    expect(patient.flags).toEqual([]);
    patient.next(answer(503));
    expect(patient.flags).toEqual(["failed_active_hc"]);
  });

  it("a host that failed needs as many successes in a row as the healthy threshold", ({ expect }) => {
    const bench = new CheckBench();
    for (const outcome of [answer(500), answer(200), answer(500), answer(200)]) bench.next(outcome);
    expect(bench.flags).toEqual(["failed_active_hc"]);
    bench.next(answer(200));
    expect(bench.flags).toEqual([]);
  });

  it("a probe without an answer fails after the timeout and is given up", ({ expect }) => {
    const bench = new CheckBench({ unhealthyThreshold: 1 });
    bench.next(answer(200));
    bench.timers.advance(1500);
    expect(bench.flags).toEqual(["failed_active_hc", "active_hc_timeout"]);
    expect(bench.prober.cancelled).toBe(1);
    bench.prober.answer(answer(200));
    expect(bench.counted()).toMatchObject({ success: 1, failure: 1, network_failure: 1 });
  });

  it("hosts that nobody checked yet do not count where they are to be ignored", ({ expect }) => {
    const bench = new CheckBench({}, new SeededRandom(), true);
    expect([bench.flags, bench.host.isExcluded]).toEqual([["failed_active_hc", "pending_active_hc"], true]);
    bench.next(answer(500));
    expect([bench.flags, bench.host.isExcluded]).toEqual([["failed_active_hc"], false]);
    expect(bench.events).toContain("failed, changed");
  });

  it("an answer to a request can fail a host, which then counts no more until it passes", ({ expect }) => {
    const bench = new CheckBench({ healthyThreshold: 1 });
    bench.next(answer(200));
    bench.checker.failPassively(bench.host);
    expect(bench.flags).toEqual(["excluded_via_immediate_hc_fail", "failed_active_hc"]);
    expect(bench.counted()).toMatchObject({ passive_failure: 1 });
    bench.next(answer(200));
    expect(bench.flags).toEqual([]);
  });

  it("a host that says that it is degraded is healthy and degraded", ({ expect }) => {
    const bench = new CheckBench();
    bench.next(answer(200, { "x-envoy-degraded": "" }));
    expect([bench.flags, bench.host.health]).toEqual([["degraded_active_hc"], "degraded"]);
    bench.next(answer(200));
    expect(bench.host.health).toBe("healthy");
    expect(bench.events).toEqual(["add_healthy", "degraded", "ok, changed", "no_longer_degraded", "ok, changed"]);
  });

  it("leaves no timer and counts no host when it stops", ({ expect }) => {
    const bench = new CheckBench();
    bench.next(answer(200));
    bench.checker.stop();
    expect(bench.timers.pending).toBe(0);
    expect(bench.counted()["healthy"]).toBeUndefined();
    expect(bench.prober.cancelled).toBe(1);
  });
});

describe("HealthChecker, intervals", () => {
  const EDGES = {
    unhealthyInterval: "20s",
    unhealthyEdgeInterval: "3s",
    healthyEdgeInterval: "2s",
    noTrafficInterval: "70s",
    noTrafficHealthyInterval: "40s",
  } satisfies Partial<HealthCheck>;

  it("depend on the result, and on whether it changed the host's state or is about to", ({ expect }) => {
    const bench = new CheckBench(EDGES);
    const outcomes = [answer(200), answer(200), LOST, LOST, LOST, LOST, answer(200), answer(200)];
    expect(outcomes.map((outcome) => bench.next(outcome))).toEqual([
      10_000, 10_000, 3000, 3000, 20_000, 20_000, 2000, 10_000,
    ]);
  });

  it("are those for no traffic as long as nobody uses the cluster", ({ expect }) => {
    const bench = new CheckBench(EDGES);
    bench.hasTraffic = false;
    expect([answer(200), LOST].map((outcome) => bench.next(outcome))).toEqual([40_000, 70_000]);
  });

  it("get longer by jitter", ({ expect }) => {
    const random = new SeededRandom(1, [300, 700]);
    const bench = new CheckBench({ intervalJitterPercent: 10, intervalJitter: "1s" }, random);
    expect(bench.next(answer(200))).toBe(11_000);
  });

  it("the first probe is sent at once, or after the initial jitter", ({ expect }) => {
    expect(new CheckBench().prober.asked).toHaveLength(1);
    const late = new CheckBench({ initialJitter: "5s" }, new SeededRandom(1, [1200]));
    expect(late.prober.asked).toHaveLength(0);
    late.timers.advance(1300);
    expect(late.prober.asked).toHaveLength(1);
  });
});
