import { describe, it } from "vitest";
import type { OutlierDetection } from "../../../../shared/schema/envoy-types.ts";
import { createLocalStats } from "../../../../shared/stats/local-stats.ts";
import { ClusterHost } from "../../../../shared/upstream/cluster-host.ts";
import { OutlierDetector } from "../../../../shared/upstream/outlier/outlier-detector.ts";
import type { OutlierEvent } from "../../../../shared/upstream/outlier/outlier-event.ts";
import { OutlierStats } from "../../../../shared/upstream/outlier/outlier-stats.ts";
import { FakeClock, SeededRandom } from "../../../support/fakes.ts";
import { clusterConfig, compiledCluster, endpointAt } from "../../../support/sample-cluster.ts";

const STATS = "outlier_detection.ejections_";

function present<T>(value: T | undefined): T {
  if (value === undefined) throw new Error("expected it to be there");
  return value;
}

/** A detector with hosts, on a clock that stands still. The interval is 10 s and everybody may be ejected unless said. */
class DetectorBench {
  readonly clock = new FakeClock();
  readonly detector: OutlierDetector;
  readonly hosts: readonly ClusterHost[];
  readonly events: OutlierEvent[] = [];
  healthChanges = 0;
  readonly #stats = createLocalStats();

  constructor(config: OutlierDetection, hostCount = 3, random: SeededRandom = new SeededRandom()) {
    const endpoints = Array.from({ length: hostCount }, (_, at) => endpointAt(`10.0.0.${at + 1}:80`));
    const outlierDetection = { maxEjectionPercent: 100, ...config };
    const { outlierDetection: settings, endpoints: compiled } = compiledCluster(
      clusterConfig("c", endpoints, { outlierDetection }),
    );
    this.hosts = compiled.map((endpoint) => new ClusterHost(endpoint, endpoint.address));
    this.detector = new OutlierDetector({
      settings: present(settings),
      clock: this.clock,
      random,
      stats: new OutlierStats(this.#stats.store),
      onHealthChange: () => (this.healthChanges += 1),
      onEvent: (event) => this.events.push(event),
    });
    this.detector.setHosts(this.hosts);
    this.detector.advance();
  }

  host(at: number): ClusterHost {
    return present(this.hosts[at]);
  }

  answer(at: number, status: number, times = 1): void {
    for (let time = 0; time < times; time += 1) this.host(at).monitor.putHttpResponseCode(status);
  }

  /** Lets time pass, and the detector see it. */
  pass(elapsedMs: number): void {
    this.clock.moveTo(this.clock.monotonicMs() + elapsedMs);
    this.detector.advance();
  }

  /** Which hosts are out, by position. */
  get ejected(): readonly number[] {
    return this.hosts.flatMap((host, at) => (host.healthFlags.includes("failed_outlier_check") ? [at] : []));
  }

  /** Those statistics that are not 0. */
  counted(): Readonly<Record<string, number>> {
    const view = this.#stats.view();
    const all = [...view.counters(), ...view.gauges()].filter(({ value }) => value !== 0);
    return Object.fromEntries(all.map(({ name, value }) => [name.slice(STATS.length), value]));
  }
}

describe("OutlierDetector, failures in a row", () => {
  it("ejects a host after five answers of 5xx, and counts it as Envoy does", ({ expect }) => {
    const bench = new DetectorBench({});
    bench.answer(0, 500, 4);
    bench.answer(0, 200);
    bench.answer(0, 501, 4);
    expect(bench.ejected).toEqual([]);
    bench.answer(0, 599);
    expect(bench.ejected).toEqual([0]);
    expect(bench.host(0)).toMatchObject({ health: "unhealthy", healthFlags: ["failed_outlier_check"] });
    expect(bench.healthChanges).toBe(1);
    expect(bench.counted()).toEqual({
      active: 1,
      consecutive_5xx: 1,
      detected_consecutive_5xx: 1,
      enforced_consecutive_5xx: 1,
      enforced_total: 1,
      total: 1,
    });
  });

  it("gateway failures are 502, 503 and 504 in a row, found but not enforced unless asked", ({ expect }) => {
    const counting = new DetectorBench({ consecutive5xx: 100 });
    for (const status of [502, 503, 504, 502, 503]) counting.answer(0, status);
    expect(counting.ejected).toEqual([]);
    expect(counting.counted()).toEqual({ detected_consecutive_gateway_failure: 1 });
    const enforcing = new DetectorBench({ consecutive5xx: 100, enforcingConsecutiveGatewayFailure: 100 });
    enforcing.answer(0, 503, 4);
    enforcing.answer(0, 500);
    enforcing.answer(0, 503, 4);
    expect(enforcing.ejected).toEqual([]);
    enforcing.answer(0, 503);
    expect(enforcing.ejected).toEqual([0]);
  });

  it("a host that was found and kept is found again after as many failures", ({ expect }) => {
    const bench = new DetectorBench({ enforcingConsecutive5xx: 0 });
    bench.answer(0, 500, 14);
    expect(bench.counted()).toEqual({ consecutive_5xx: 2, detected_consecutive_5xx: 2, total: 2 });
  });

  it("what is enforced is a share of what is found, drawn each time", ({ expect }) => {
    const bench = new DetectorBench({ enforcingConsecutive5xx: 30 }, 3, new SeededRandom(1, [30, 29]));
    bench.answer(0, 500, 5);
    expect(bench.ejected).toEqual([]);
    bench.answer(0, 500, 5);
    expect(bench.ejected).toEqual([0]);
    expect(bench.events).toMatchObject([{ enforced: false }, { enforced: true }]);
  });

  it("failures to reach a host count as 503 and 504 unless they are told apart", ({ expect }) => {
    const bench = new DetectorBench({ enforcingConsecutiveGatewayFailure: 100, consecutive5xx: 100 });
    for (const result of ["connect failed", "timeout"] as const) bench.host(0).monitor.putLocalOrigin(result);
    bench.host(0).monitor.putLocalOrigin("connect success");
    bench.answer(0, 503, 2);
    expect(bench.ejected).toEqual([]);
    bench.host(0).monitor.putLocalOrigin("timeout");
    expect(bench.ejected).toEqual([0]);
  });

  it("a timeout counts as the status that the client gets for it", ({ expect }) => {
    const bench = new DetectorBench({ consecutive5xx: 1 });
    bench.host(0).monitor.putLocalOrigin("timeout", 408);
    expect(bench.ejected).toEqual([]);
  });

  it("told apart, failures to reach a host have a row of their own", ({ expect }) => {
    const bench = new DetectorBench({ splitExternalLocalOriginErrors: true });
    const { monitor } = bench.host(0);
    bench.answer(0, 500, 4);
    for (let time = 0; time < 4; time += 1) monitor.putLocalOrigin("connect failed");
    monitor.putLocalOrigin("connect success");
    for (let time = 0; time < 4; time += 1) monitor.putLocalOrigin("timeout");
    expect(bench.ejected).toEqual([]);
    monitor.putLocalOrigin("timeout");
    expect(bench.ejected).toEqual([0]);
    expect(bench.counted()).toMatchObject({ enforced_consecutive_local_origin_failure: 1 });
  });
});

describe("OutlierDetector, how many and how long", () => {
  it("ejects nobody where one host is more than max_ejection_percent", ({ expect }) => {
    const bench = new DetectorBench({ maxEjectionPercent: 10 }, 9);
    bench.answer(0, 500, 5);
    expect(bench.ejected).toEqual([]);
    expect(bench.counted()).toEqual({ consecutive_5xx: 1, detected_consecutive_5xx: 1, overflow: 1 });
    const larger = new DetectorBench({ maxEjectionPercent: 10 }, 10);
    larger.answer(0, 500, 5);
    larger.answer(1, 500, 5);
    expect(larger.ejected).toEqual([0]);
  });

  it("always_eject_one_host makes room for the first", ({ expect }) => {
    const bench = new DetectorBench({ maxEjectionPercent: 0, alwaysEjectOneHost: true });
    bench.answer(0, 500, 5);
    bench.answer(1, 500, 5);
    expect(bench.ejected).toEqual([0]);
  });

  it("a host comes back at the end of the interval in which its time is over", ({ expect }) => {
    const bench = new DetectorBench({ baseEjectionTime: "25s" });
    bench.clock.moveTo(1000);
    bench.answer(0, 500, 5);
    bench.pass(28_999);
    expect(bench.ejected).toEqual([0]);
    bench.pass(1);
    expect(bench.ejected).toEqual([]);
    expect(bench.events.map(({ action }) => action)).toEqual(["EJECT", "UNEJECT"]);
    expect(bench.events[1]).toMatchObject({ ejections: 1, secondsSinceLastAction: 29 });
  });

  it("each ejection is longer than the one before, up to max_ejection_time", ({ expect }) => {
    const bench = new DetectorBench({ interval: "1s", baseEjectionTime: "2s", maxEjectionTime: "5s" });
    const lengths = Array.from({ length: 4 }, () => {
      bench.answer(0, 500, 5);
      let seconds = 0;
      for (; bench.ejected.length > 0; seconds += 1) bench.pass(1000);
      return seconds;
    });
    expect(lengths).toEqual([2, 4, 5, 5]);
  });

  it("every quiet interval after its return shortens a host's next ejection by one step", ({ expect }) => {
    const bench = new DetectorBench({ interval: "1s", baseEjectionTime: "2s" });
    bench.answer(0, 500, 5);
    bench.pass(2000);
    bench.pass(1000);
    bench.answer(0, 500, 5);
    bench.pass(2000);
    expect(bench.ejected).toEqual([]);
  });

  it("jitter makes an ejection longer by what chance says", ({ expect }) => {
    const random = new SeededRandom(1, [1500]);
    const bench = new DetectorBench({ interval: "1s", baseEjectionTime: "2s", maxEjectionTimeJitter: "3s" }, 3, random);
    bench.answer(0, 500, 5);
    bench.pass(3000);
    expect(bench.ejected).toEqual([0]);
    bench.pass(1000);
    expect(bench.ejected).toEqual([]);
  });

  it("an ejected host that leaves the cluster makes room for another", ({ expect }) => {
    const bench = new DetectorBench({ maxEjectionPercent: 50 }, 2);
    bench.answer(0, 500, 5);
    const gone = bench.host(0);
    bench.detector.setHosts(bench.hosts.slice(1));
    expect(bench.counted()).toMatchObject({ enforced_total: 1 });
    expect(bench.counted()["active"]).toBeUndefined();
    for (let time = 0; time < 20; time += 1) gone.monitor.putHttpResponseCode(500);
    expect(bench.counted()).toMatchObject({ detected_consecutive_5xx: 1 });
  });

  it("an active health check that succeeds brings a host back, unless it may not", ({ expect }) => {
    const bench = new DetectorBench({});
    bench.answer(0, 500, 5);
    bench.detector.onHealthCheckSuccess(bench.host(0));
    expect(bench.ejected).toEqual([]);
    const strict = new DetectorBench({ successfulActiveHealthCheckUnejectHost: false });
    strict.answer(0, 500, 5);
    strict.detector.onHealthCheckSuccess(strict.host(0));
    expect(strict.ejected).toEqual([0]);
  });
});

describe("OutlierDetector, rates", () => {
  /** Each host gets 100 requests of which so many succeed. No host fails five times in a row. */
  function spread(bench: DetectorBench, successes: readonly number[]): void {
    for (const [at, count] of successes.entries()) {
      bench.answer(at, 200, count);
      bench.answer(at, 500, 100 - count);
    }
  }
  const RATES_ONLY = { enforcingConsecutive5xx: 0 } satisfies OutlierDetection;

  it("ejects who is 1.9 standard deviations below the average", ({ expect }) => {
    const bench = new DetectorBench(RATES_ONLY, 5);
    spread(bench, [50, 100, 100, 100, 100]);
    bench.pass(10_000);
    expect(bench.ejected).toEqual([0]);
    expect(bench.detector.thresholds("external")).toEqual({ average: 90, ejectionThreshold: 52 });
    expect(bench.hosts.map(({ monitor }) => monitor.successRate)).toEqual([50, 100, 100, 100, 100]);
    expect(bench.counted()).toMatchObject({ enforced_success_rate: 1, success_rate: 1 });
  });

  it("forgets the rates of an interval when the next is over", ({ expect }) => {
    const bench = new DetectorBench(RATES_ONLY, 5);
    spread(bench, [50, 100, 100, 100, 100]);
    bench.pass(20_000);
    expect(bench.detector.thresholds("external")).toEqual({ average: -1, ejectionThreshold: -1 });
    expect(bench.hosts.map(({ monitor }) => monitor.successRate)).toEqual([-1, -1, -1, -1, -1]);
  });

  it("says nothing with too few hosts, or too few requests", ({ expect }) => {
    const few = new DetectorBench(RATES_ONLY, 4);
    spread(few, [0, 100, 100, 100]);
    few.pass(10_000);
    const quiet = new DetectorBench({ ...RATES_ONLY, successRateRequestVolume: 101 }, 5);
    spread(quiet, [0, 100, 100, 100, 100]);
    quiet.pass(10_000);
    expect([few.ejected, quiet.ejected]).toEqual([[], []]);
    expect(quiet.detector.thresholds("external").average).toBe(-1);
    expect(quiet.host(0).monitor.successRate).toBe(0);
  });

  it("a failure percentage needs no average", ({ expect }) => {
    const config = { ...RATES_ONLY, enforcingSuccessRate: 0, enforcingFailurePercentage: 100 };
    const bench = new DetectorBench(config, 5);
    spread(bench, [15, 16, 15, 100, 100]);
    bench.pass(10_000);
    expect(bench.ejected).toEqual([0, 2]);
    expect(bench.counted()).toMatchObject({ enforced_failure_percentage: 2, detected_failure_percentage: 2 });
  });

  it("failures to reach a host have rates of their own when told apart", ({ expect }) => {
    const bench = new DetectorBench(
      { splitExternalLocalOriginErrors: true, enforcingConsecutiveLocalOriginFailure: 0 },
      5,
    );
    for (let time = 0; time < 50; time += 1) {
      for (const at of [0, 1, 2, 4]) bench.host(at).monitor.putLocalOrigin("connect success");
      for (const at of [0, 1, 2, 3, 4]) bench.host(at).monitor.putLocalOrigin("connect success");
      bench.host(3).monitor.putLocalOrigin("connect failed");
    }
    bench.pass(10_000);
    expect(bench.ejected).toEqual([3]);
    expect(bench.counted()).toMatchObject({ enforced_local_origin_success_rate: 1 });
    expect(bench.host(3).monitor.localOriginSuccessRate).toBe(50);
  });
});

describe("OutlierDetector, degraded hosts", () => {
  it("a host that says that it is degraded is used last for the base time", ({ expect }) => {
    const bench = new DetectorBench({ detectDegradedHosts: true, interval: "1s", baseEjectionTime: "2s" });
    bench.host(0).monitor.putDegraded();
    bench.host(0).monitor.putDegraded();
    expect(bench.host(0)).toMatchObject({ health: "degraded", healthFlags: ["degraded_outlier_detection"] });
    expect(bench.counted()).toEqual({ detected_degradation: 1 });
    bench.pass(1000);
    expect(bench.host(0).health).toBe("degraded");
    bench.pass(1000);
    expect(bench.host(0).health).toBe("healthy");
  });

  it("nobody listens unless detect_degraded_hosts is set", ({ expect }) => {
    const bench = new DetectorBench({});
    bench.host(0).monitor.putDegraded();
    expect(bench.host(0).health).toBe("healthy");
  });
});
