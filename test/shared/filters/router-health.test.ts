import { describe, it } from "vitest";
import { renderResponseFlags } from "../../../shared/http/response-flags.ts";
import type { OutlierDetection } from "../../../shared/schema/envoy-types.ts";
import { RouterBench, type RunningStream } from "../../support/router-stream.ts";
import { clusterConfig, endpointAt } from "../../support/sample-cluster.ts";
import { forwardRoute } from "../../support/sample-route.ts";

const ENDPOINTS = [endpointAt("10.0.0.1:80"), endpointAt("10.0.0.2:80")];
const TO_APP = forwardRoute("app");

function answer({ info, client }: RunningStream): Record<string, unknown> {
  return {
    status: client.headers?.get(":status"),
    body: client.body,
    details: info.responseCodeDetails,
    flags: renderResponseFlags(info.flagsInOrder),
  };
}

function watched(outlierDetection: OutlierDetection): RouterBench {
  const more = { outlierDetection: { maxEjectionPercent: 50, ...outlierDetection } };
  return new RouterBench({ clusters: [clusterConfig("app", ENDPOINTS, more)] });
}

function healthFlags(bench: RouterBench): readonly (readonly string[])[] {
  return bench.cluster("app")?.hosts.map((host) => host.healthFlags) ?? [];
}

describe("RouterFilter and circuit breakers", () => {
  it("a request above max_requests is refused at once, and the next one after an end is not", async ({ expect }) => {
    const more = { circuitBreakers: { thresholds: [{ maxRequests: 1 }] } };
    const bench = new RouterBench({ clusters: [clusterConfig("app", ENDPOINTS, more)] });
    bench.request(TO_APP, { "x-fake-async": "1" });
    const refused = bench.request(TO_APP);
    expect(answer(refused)).toEqual({
      status: "503",
      body: "upstream connect error or disconnect/reset before headers. reset reason: overflow",
      details: "upstream_reset_before_response_started{overflow}",
      flags: "UO",
    });
    expect(refused.client.headers?.get("x-envoy-overloaded")).toBe("true");
    expect(bench.stat("cluster.app.upstream_rq_pending_overflow")).toBe(1);
    expect(bench.stat("cluster.app.circuit_breakers.default.rq_open")).toBe(1);
    await bench.transport.settle();
    expect(bench.stat("cluster.app.circuit_breakers.default.rq_open")).toBe(0);
    expect(answer(bench.request(TO_APP))).toMatchObject({ status: "200" });
  });
});

describe("RouterFilter and drop_overloads", () => {
  it.for([
    [100, "unconditional drop overload", "UDO", "unconditional_drop_overload", "x-envoy-unconditional-drop-overload"],
    [50, "drop overload", "DO", "drop_overload", "x-envoy-drop-overload"],
  ] as const)("%i percent: %s", ([numerator, body, flags, details, header], { expect }) => {
    const policy = { dropOverloads: [{ category: "a", dropPercentage: { numerator } }] };
    const cluster = { name: "app", loadAssignment: { endpoints: [{ lbEndpoints: ENDPOINTS }], policy } };
    const bench = new RouterBench({ clusters: [cluster] });
    const streams = Array.from({ length: 200 }, () => bench.request(TO_APP));
    const dropped = streams.filter(({ client }) => client.headers?.get(":status") === "503");
    expect(dropped.length / streams.length).toBeCloseTo(numerator / 100, 1);
    expect(dropped.map(answer)[0]).toEqual({ status: "503", body, details, flags });
    expect(dropped[0]?.client.headers?.get(header)).toBe("true");
    expect(bench.stat("cluster.app.upstream_rq_total")).toBe(200 - dropped.length);
  });
});

describe("RouterFilter and outlier detection", () => {
  it("a host that answers 5xx too often in a row gets no more requests", ({ expect }) => {
    const bench = watched({ consecutive5xx: 2 });
    for (let count = 0; count < 3; count += 1) bench.request(TO_APP, { "x-fake-status": "503" });
    expect(healthFlags(bench).flat()).toEqual(["failed_outlier_check"]);
    expect(bench.stat("cluster.app.outlier_detection.ejections_active")).toBe(1);
    const before = bench.transport.requests.length;
    for (let count = 0; count < 4; count += 1) bench.request(TO_APP);
    const hosts = bench.transport.requests.slice(before).map(({ target }) => target.host.address);
    expect(new Set(hosts).size).toBe(1);
  });

  it("a host that was not reached, or answered too late, counts as failed", ({ expect }) => {
    const bench = watched({ consecutiveGatewayFailure: 1, enforcingConsecutiveGatewayFailure: 100 });
    bench.request(TO_APP, { "x-fake-fail": "remote connection failure" });
    expect(bench.stat("cluster.app.outlier_detection.ejections_enforced_consecutive_gateway_failure")).toBe(1);
    const late = watched({ consecutiveGatewayFailure: 1, enforcingConsecutiveGatewayFailure: 100 });
    late.request(forwardRoute("app", { timeoutMs: 100 }), { "x-fake-async": "1" });
    late.timers.advance(200);
    expect(late.stat("cluster.app.outlier_detection.ejections_enforced_consecutive_gateway_failure")).toBe(1);
  });

  it("a gRPC answer counts as the HTTP status that its own stands for", ({ expect }) => {
    const bench = watched({ consecutive5xx: 1 });
    bench.request(TO_APP, { "x-fake-header-grpc-status": "5" });
    expect(healthFlags(bench).flat()).toEqual([]);
    bench.request(TO_APP, { "x-fake-header-grpc-status": "14" });
    expect(healthFlags(bench).flat()).toEqual(["failed_outlier_check"]);
  });

  it("an answer with x-envoy-degraded makes its host degraded", ({ expect }) => {
    const bench = watched({ detectDegradedHosts: true });
    bench.request(TO_APP, { "x-fake-header-x-envoy-degraded": "1" });
    expect(healthFlags(bench).flat()).toEqual(["degraded_outlier_detection"]);
  });
});
