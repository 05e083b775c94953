import { describe, it } from "vitest";
import { DiagnosticCollector } from "../../../../shared/diagnostics/collector.ts";
import { ConfigPath } from "../../../../shared/diagnostics/config-path.ts";
import { renderDiagnostic } from "../../../../shared/diagnostics/render.ts";
import { HeaderMap } from "../../../../shared/http/header-map.ts";
import type { HealthCheck, HealthCheckHttpHealthCheck } from "../../../../shared/schema/envoy-types.ts";
import { compileHealthCheck } from "../../../../shared/upstream/health-check/compile-health-check.ts";
import type { HealthCheckSettings } from "../../../../shared/upstream/health-check/health-check-settings.ts";
import type { ProbeOutcome } from "../../../../shared/upstream/health-check/health-prober.ts";
import { createCheckRequest, type HttpCheck } from "../../../../shared/upstream/health-check/http-check.ts";
import { judgeOutcome } from "../../../../shared/upstream/health-check/judge-outcome.ts";

const COMMON = { timeout: "1s", interval: "10s", unhealthyThreshold: 3, healthyThreshold: 2 } satisfies HealthCheck;

function compile(config: HealthCheck): { settings: HealthCheckSettings | undefined; problems: readonly string[] } {
  const diagnostics = new DiagnosticCollector();
  const settings = compileHealthCheck({ ...COMMON, ...config }, ConfigPath.root.field("check"), diagnostics);
  return { settings, problems: diagnostics.diagnostics.map(renderDiagnostic) };
}

function settingsOf(config: HealthCheck): HealthCheckSettings {
  const { settings, problems } = compile(config);
  if (settings === undefined) throw new Error(problems.join("\n"));
  return settings;
}

function httpCheck(config: HealthCheckHttpHealthCheck): HttpCheck {
  const { check } = settingsOf({ httpHealthCheck: config });
  if (check.kind !== "http") throw new Error("expected an HTTP check");
  return check;
}

/** `ok`, `degraded`, or why it failed. */
function verdict(config: HealthCheck, outcome: ProbeOutcome): string {
  const judged = judgeOutcome(settingsOf(config), outcome, () => undefined);
  if (judged.ok) return judged.degraded ? "degraded" : "ok";
  return [judged.type, judged.retriable && "retriable", judged.excludes && "excludes"].filter(Boolean).join(" ");
}

function answer(status: number, headers: Readonly<Record<string, string>> = {}, body = ""): ProbeOutcome {
  const all = [[":status", String(status)] as const, ...Object.entries(headers)];
  return { kind: "http", headers: HeaderMap.from(all), body: new TextEncoder().encode(body) };
}

describe("judgeOutcome", () => {
  const cases: readonly (readonly [string, HealthCheckHttpHealthCheck, ProbeOutcome, string])[] = [
    ["200 where nothing is said", { path: "/" }, answer(200), "ok"],
    ["201 where nothing is said", { path: "/" }, answer(201), "ACTIVE"],
    ["an expected status", { path: "/", expectedStatuses: [{ start: "200", end: "300" }] }, answer(299), "ok"],
    [
      "200 where others are expected",
      { path: "/", expectedStatuses: [{ start: "204", end: "205" }] },
      answer(200),
      "ACTIVE",
    ],
    ["the end of a range", { path: "/", expectedStatuses: [{ start: "200", end: "300" }] }, answer(300), "ACTIVE"],
    [
      "a retriable status",
      { path: "/", retriableStatuses: [{ start: "500", end: "501" }] },
      answer(500),
      "ACTIVE retriable",
    ],
    [
      "a host that wants no requests",
      { path: "/" },
      answer(503, { "x-envoy-immediate-health-check-fail": "" }),
      "ACTIVE excludes",
    ],
    ["a degraded host", { path: "/" }, answer(200, { "x-envoy-degraded": "" }), "degraded"],
    [
      "the right service",
      { path: "/", serviceNameMatcher: { prefix: "a" } },
      answer(200, { "x-envoy-upstream-healthchecked-cluster": "app" }),
      "ok",
    ],
    [
      "another service",
      { path: "/", serviceNameMatcher: { prefix: "a" } },
      answer(200, { "x-envoy-upstream-healthchecked-cluster": "b" }),
      "ACTIVE",
    ],
    ["no service", { path: "/", serviceNameMatcher: { prefix: "a" } }, answer(200), "ACTIVE"],
    ["the expected body", { path: "/", receive: [{ text: "6f" }, { text: "6b" }] }, answer(200, {}, "o, k"), "ok"],
    [
      "parts in another order",
      { path: "/", receive: [{ text: "6f" }, { text: "6b" }] },
      answer(200, {}, "k, o"),
      "ACTIVE",
    ],
    [
      "a part behind the buffer",
      { path: "/", receive: [{ text: "6b" }], responseBufferSize: "2" },
      answer(200, {}, "12k"),
      "ACTIVE",
    ],
    [
      "a part anywhere",
      { path: "/", receive: [{ binary: "aw==" }], responseBufferSize: "0" },
      answer(200, {}, "12k"),
      "ok",
    ],
    ["a lost connection", { path: "/" }, { kind: "network failure" }, "NETWORK"],
  ];

  it.for(cases)("%s", ([, config, outcome, expected], { expect }) => {
    expect(verdict({ httpHealthCheck: config }, outcome)).toBe(expected);
  });

  it("a gRPC server has to answer, and to serve", ({ expect }) => {
    const grpc = (grpcStatus: number, serving: boolean): string =>
      verdict({ grpcHealthCheck: {} }, { kind: "grpc", grpcStatus, serving });
    expect([grpc(0, true), grpc(0, false), grpc(5, true)]).toEqual(["ok", "ACTIVE", "ACTIVE"]);
  });

  it("a TCP check is over when everything came", ({ expect }) => {
    expect(verdict({ tcpHealthCheck: {} }, { kind: "tcp" })).toBe("ok");
  });
});

describe("createCheckRequest", () => {
  it("is a GET of the path under the cluster's name, as Envoy sends it", ({ expect }) => {
    expect(createCheckRequest(httpCheck({ path: "/healthz" }), "app").toJSON()).toEqual([
      [":method", "GET"],
      [":authority", "app"],
      [":path", "/healthz"],
      ["user-agent", "Envoy/HC"],
    ]);
  });

  it("has the method, host, headers and body that the check asks for", ({ expect }) => {
    const check = httpCheck({
      path: "/",
      host: "app.example",
      method: "POST",
      send: { text: "0a0B" },
      requestHeadersToAdd: [
        { header: { key: "X-A", value: "1" } },
        { header: { key: "user-agent", value: "me" }, appendAction: "OVERWRITE_IF_EXISTS_OR_ADD" },
        { header: { key: "x-b", value: "2" }, appendAction: "OVERWRITE_IF_EXISTS" },
        { header: { key: "x-a", value: "3" }, appendAction: "ADD_IF_ABSENT" },
        { header: { key: "x-gone", value: "4" } },
      ],
      requestHeadersToRemove: ["X-Gone"],
    });
    expect(check.body).toEqual(Uint8Array.of(10, 11));
    expect(createCheckRequest(check, "app").toJSON()).toEqual([
      [":method", "POST"],
      [":authority", "app.example"],
      [":path", "/"],
      ["user-agent", "me"],
      ["x-a", "1"],
      ["content-length", "2"],
    ]);
  });
});

describe("compileHealthCheck", () => {
  it("fills in Envoy's defaults", ({ expect }) => {
    const { check, ...rest } = settingsOf({ tcpHealthCheck: { send: { text: "01" }, receive: [{ binary: "Ag==" }] } });
    expect(check).toEqual({ kind: "tcp", send: Uint8Array.of(1), receive: [Uint8Array.of(2)] });
    expect(rest).toEqual({
      timeoutMs: 1000,
      unhealthyThreshold: 3,
      healthyThreshold: 2,
      reuseConnection: true,
      alwaysLogFailures: false,
      alwaysLogSuccess: false,
      intervals: {
        healthyMs: 10_000,
        unhealthyMs: 10_000,
        healthyEdgeMs: 10_000,
        unhealthyEdgeMs: 10_000,
        noTrafficMs: 60_000,
        noTrafficHealthyMs: 60_000,
        initialJitterMs: 0,
        jitterMs: 0,
        jitterPercent: 0,
      },
    });
  });

  it.for([
    [
      { httpHealthCheck: { path: "/", send: { text: "00" } } },
      "check.http_health_check.send: HTTP health check cannot specify a request payload with method 'GET' [cluster.health_check]",
    ],
    [
      { httpHealthCheck: { path: "/", expectedStatuses: [{ start: "200", end: "200" }] } },
      "check.http_health_check.expected_statuses[0]: expected start < end, both between 100 and 600 [cluster.health_check]",
    ],
    [
      { httpHealthCheck: { path: "/", receive: [{ text: "0102" }], responseBufferSize: "1" } },
      "check.http_health_check.receive: the expected response length 2 is over the response buffer size 1 [cluster.health_check]",
    ],
    [
      { tcpHealthCheck: { send: { text: "0x" } } },
      "check.tcp_health_check.send.text: invalid hex string '0x' [cluster.health_check]",
    ],
    [
      { httpHealthCheck: { path: "/", requestHeadersToAdd: [{ header: { key: "a", value: "%HOSTNAME%" } }] } },
      "check.http_health_check.request_headers_to_add[0]: formats in headers of health checks are not implemented [config.unsupported]",
    ],
    [
      { customHealthCheck: { name: "envoy.health_checkers.redis" } },
      "check.custom_health_check: custom health checks are not implemented [config.unsupported]",
    ],
  ] as const)("refuses %j", ([config, problem], { expect }) => {
    expect(compile(config)).toEqual({ settings: undefined, problems: [problem] });
  });
});
