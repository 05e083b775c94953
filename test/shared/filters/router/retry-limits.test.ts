import { describe, it } from "vitest";
import { renderResponseFlags } from "../../../../shared/http/response-flags.ts";
import type { CircuitBreakers, RouteRetryPolicy } from "../../../../shared/schema/envoy-types.ts";
import { BytesBody } from "../../../../shared/http/bytes-body.ts";
import { RouterBench, type RunningStream } from "../../../support/router-stream.ts";
import { retryRoute, routeWith } from "../../../support/retry-route.ts";
import { clusterConfig, endpointAt } from "../../../support/sample-cluster.ts";
import { idle, type Outcome, ScriptedUpstream, type Script } from "../../../support/scripted-upstream.ts";

const LONG_MS = 10_000;

interface Run {
  readonly bench: RouterBench;
  readonly upstream: ScriptedUpstream;
  readonly stream: RunningStream;
  /** Status, flags, and how many attempts there were. */
  readonly result: string;
}

/** One request to a cluster whose attempts go as scripted, and all the time it could want. */
function run(
  script: Script | readonly Outcome[],
  retry: RouteRetryPolicy | undefined,
  { headers = {}, limits = {} }: { headers?: Record<string, string>; limits?: CircuitBreakers } = {},
): Run {
  const upstream = new ScriptedUpstream(script);
  const app = clusterConfig("app", [endpointAt("10.0.0.1:80")], { circuitBreakers: limits });
  const bench = new RouterBench({ clusters: [app], upstream });
  const route = retry === undefined ? routeWith({}) : retryRoute(retry);
  const stream = bench.request({ ...route, virtualCluster: () => "vc" }, headers);
  bench.timers.advance(LONG_MS);
  const flags = renderResponseFlags(stream.info.flagsInOrder);
  const status = stream.client.headers?.get(":status") ?? "none";
  return { bench, upstream, stream, result: `${status} ${flags} ${upstream.attempts.length}` };
}

const ALWAYS_503: Script = () => ({ status: 503 });

describe("RetryState numbers", () => {
  it.for([
    [{}, "503 URX 2"],
    [{ numRetries: 0 }, "503 URX 1"],
    [{ numRetries: 1 }, "503 URX 2"],
    [{ numRetries: 4 }, "503 URX 5"],
  ] as const)("of a policy: %o gives %s", ([numbers, result], { expect }) => {
    const { bench, result: seen } = run(ALWAYS_503, { retryOn: "5xx", ...numbers });
    expect(seen).toBe(result);
    expect(bench.stat("cluster.app.upstream_rq_retry_limit_exceeded")).toBe(1);
    expect(bench.leftovers).toEqual([]);
  });

  it.for([
    [{ "x-envoy-retry-on": "5xx" }, "503 URX 2"],
    [{ "x-envoy-retry-on": "5xx", "x-envoy-max-retries": "3" }, "503 URX 4"],
    [{ "x-envoy-retry-on": "gateway-error, reset" }, "503 URX 2"],
    [{ "x-envoy-retry-on": "nonsense" }, "503 - 1"],
    [{ "x-envoy-max-retries": "3" }, "503 - 1"],
    [{ "x-envoy-retry-grpc-on": "5xx" }, "503 - 1"],
    [{ "x-envoy-retry-on": "retriable-status-codes", "x-envoy-retriable-status-codes": "418, 503" }, "503 URX 2"],
    [{ "x-envoy-retry-on": "retriable-status-codes", "x-envoy-retriable-status-codes": "418" }, "503 - 1"],
  ] as const)("of a request without a policy come from its headers: %o gives %s", ([headers, result], { expect }) => {
    const { result: seen, upstream } = run(ALWAYS_503, undefined, { headers });
    expect(seen).toBe(result);
    expect(Object.keys(headers).filter((name) => upstream.attempts[0]?.headers.has(name))).toEqual([]);
  });

  it.for([
    [{ "x-envoy-retry-on": "unavailable" }, "200 - 1"],
    [{ "x-envoy-retry-grpc-on": "unavailable" }, "200 URX 2"],
    [{ "x-envoy-retry-grpc-on": "cancelled" }, "200 - 1"],
  ] as const)("gRPC conditions stand in their own header: %o gives %s", ([headers, result], { expect }) => {
    const answer = { status: 200, headers: { "grpc-status": "14" } };
    expect(run(() => answer, undefined, { headers }).result).toBe(result);
  });

  it.for([
    [{ "x-envoy-max-retries": "2" }, "503 URX 3"],
    [{ "x-envoy-max-retries": "0" }, "503 URX 1"],
    [{ "x-envoy-max-retries": "some" }, "503 URX 2"],
  ] as const)("%o takes the place of the policy's number: %s", ([headers, result], { expect }) => {
    expect(run(ALWAYS_503, { retryOn: "5xx" }, { headers }).result).toBe(result);
  });

  it.for([
    [{ "x-envoy-retry-on": "5xx" }, { status: 503 }, "200 - 2"],
    [{}, { status: 503 }, "503 - 1"],
    [{ "x-envoy-retry-on": "5xx" }, { status: 409 }, "200 - 2"],
    [
      { "x-envoy-retry-on": "retriable-headers", "x-envoy-retriable-header-names": "x-a, X-Again" },
      { status: 200, headers: { "x-again": "" } },
      "200 - 2",
    ],
  ] as const)(
    "headers add conditions to the policy's: %o after %o gives %s",
    ([headers, outcome, result], { expect }) => {
      expect(run([outcome], { retryOn: "retriable-4xx" }, { headers }).result).toBe(result);
    },
  );

  it.for([
    [{ "x-idempotent": "1" }, "503 URX 2"],
    [{}, "503 - 1"],
    [{ "x-envoy-retry-on": "5xx" }, "503 - 1"],
  ] as const)("retriable_request_headers are a gate: %o gives %s", ([headers, result], { expect }) => {
    const policy = { retryOn: "5xx", retriableRequestHeaders: [{ name: "x-idempotent", presentMatch: true }] };
    expect(run(ALWAYS_503, policy, { headers }).result).toBe(result);
  });
});

describe("RetryState statistics", () => {
  function counted({ bench }: Run, scope: string): Record<string, number> {
    const names = ["", "_success", "_limit_exceeded", "_overflow"];
    return Object.fromEntries(names.map((name) => [`retry${name}`, bench.stat(`${scope}.upstream_rq_retry${name}`)]));
  }

  it.for([
    [[{ status: 503 }], { retry: 1, retry_success: 1, retry_limit_exceeded: 0, retry_overflow: 0 }],
    [
      [{ status: 503 }, { fail: "remote reset" }],
      { retry: 2, retry_success: 1, retry_limit_exceeded: 0, retry_overflow: 0 },
    ],
    [
      [{ status: 503 }, { status: 503 }, { status: 503 }],
      { retry: 2, retry_success: 0, retry_limit_exceeded: 1, retry_overflow: 0 },
    ],
    [[{ status: 200 }], { retry: 0, retry_success: 0, retry_limit_exceeded: 0, retry_overflow: 0 }],
  ] as const)("say of %o, for cluster and virtual cluster: %o", ([script, stats], { expect }) => {
    const seen = run(script, { retryOn: "5xx", numRetries: 2 });
    expect(counted(seen, "cluster.app")).toEqual(stats);
    expect(counted(seen, "vhost.sample virtual host.vcluster.vc")).toEqual(stats);
    expect(seen.bench.leftovers).toEqual([]);
  });

  it("count the codes that were not good enough below retry, and only the last one as an answer", ({ expect }) => {
    const { bench } = run([{ status: 503 }, { status: 500 }], { retryOn: "5xx", numRetries: 2 });
    expect(bench.stat("cluster.app.retry.upstream_rq_503")).toBe(1);
    expect(bench.stat("cluster.app.retry.upstream_rq_500")).toBe(1);
    expect(bench.stat("cluster.app.retry.upstream_rq_completed")).toBe(2);
    expect(bench.stat("cluster.app.upstream_rq_completed")).toBe(1);
    expect(bench.stat("cluster.app.upstream_rq_total")).toBe(3);
    expect(bench.stat("vhost.sample virtual host.vcluster.vc.upstream_rq_total")).toBe(3);
    expect(bench.cluster("app")?.hosts[0]?.counters).toMatchObject({
      rqError: 2,
      rqSuccess: 1,
      rqTotal: 3,
      rqActive: 0,
    });
  });

  it("do not count a retry that the request does not live to see, and blame no attempt", ({ expect }) => {
    const upstream = new ScriptedUpstream(ALWAYS_503);
    const bench = new RouterBench({ clusters: [clusterConfig("app", [endpointAt("10.0.0.1:80")])], upstream });
    const retry = { retryOn: "5xx", retryBackOff: { baseInterval: "100s", maxInterval: "100s" } };
    const { client } = bench.request(retryRoute(retry, { timeoutMs: 20 }));
    bench.timers.advance(20);
    expect(client.headers?.get(":status")).toBe("504");
    for (const name of ["retry", "retry_backoff_exponential", "timeout", "504"]) {
      expect(bench.stat(`cluster.app.upstream_rq_${name}`)).toBe(0);
    }
    expect(bench.leftovers).toEqual([]);
  });
});

describe("RetryState circuit breakers", () => {
  const threshold = (maxRetries: number): CircuitBreakers => ({ thresholds: [{ maxRetries, trackRemaining: true }] });

  it("passes an answer on with UO when the breaker for retries is open", ({ expect }) => {
    const { bench, result } = run(ALWAYS_503, { retryOn: "5xx", numRetries: 3 }, { limits: threshold(0) });
    expect(result).toBe("503 UO 1");
    expect(bench.stat("cluster.app.upstream_rq_retry_overflow")).toBe(1);
    expect(bench.stat("cluster.app.upstream_rq_retry_limit_exceeded")).toBe(0);
  });

  it("holds one place for a retry that waits or is under way, and refuses others meanwhile", async ({ expect }) => {
    const upstream = new ScriptedUpstream([{ status: 503 }, "stalls", "stalls"]);
    const app = clusterConfig("app", [endpointAt("10.0.0.1:80")], { circuitBreakers: threshold(1) });
    const bench = new RouterBench({ clusters: [app], upstream });
    const remaining = "cluster.app.circuit_breakers.default.remaining_retries";
    bench.request(retryRoute({ retryOn: "5xx" }));
    expect(bench.stat(remaining)).toBe(0);
    bench.timers.advance(25);
    expect(bench.stat(remaining)).toBe(0);
    const other = bench.request(retryRoute({ retryOn: "5xx" }));
    await idle();
    upstream.attempts[2]?.settle({ status: 503 });
    await idle();
    expect(renderResponseFlags(other.info.flagsInOrder)).toBe("UO");
  });

  it("gives the place back when the answer comes", async ({ expect }) => {
    const upstream = new ScriptedUpstream([{ status: 503 }, "stalls"]);
    const app = clusterConfig("app", [endpointAt("10.0.0.1:80")], { circuitBreakers: threshold(1) });
    const bench = new RouterBench({ clusters: [app], upstream });
    const { client } = bench.request(retryRoute({ retryOn: "5xx" }));
    bench.timers.advance(25);
    upstream.attempts[1]?.settle({ status: 200 });
    await idle();
    expect(client.complete).toBe(true);
    expect(bench.stat("cluster.app.circuit_breakers.default.remaining_retries")).toBe(1);
    expect(bench.leftovers).toEqual([]);
  });

  it("refuses a retry by the breaker for requests like any request", async ({ expect }) => {
    const upstream = new ScriptedUpstream([{ status: 503 }, "stalls"]);
    const limits = { thresholds: [{ maxRequests: 1 }] };
    const app = clusterConfig("app", [endpointAt("10.0.0.1:80")], { circuitBreakers: limits });
    const bench = new RouterBench({ clusters: [app], upstream });
    const first = bench.request(retryRoute({ retryOn: "5xx" }));
    bench.request(routeWith({}));
    bench.timers.advance(25);
    expect(first.client.headers?.get(":status")).toBe("503");
    expect(renderResponseFlags(first.info.flagsInOrder)).toBe("UO");
    upstream.attempts[1]?.settle({ status: 200 });
    await idle();
    expect(bench.leftovers).toEqual([]);
  });
});

describe("RetryState and request bodies", () => {
  const LIMIT = 8;
  const policies = { bodyBufferLimit: LIMIT };

  async function post(bytes: number, outcome: Outcome): Promise<Run> {
    const upstream = new ScriptedUpstream([outcome]);
    const bench = new RouterBench({ clusters: [clusterConfig("app", [endpointAt("10.0.0.1:80")])], upstream });
    const route = retryRoute({ retryOn: "5xx" });
    const limited = { ...route, policies: { ...route.policies, ...policies } };
    const stream = bench.request(limited, { ":method": "POST" }, new BytesBody(new Uint8Array(bytes).fill(7)));
    await idle();
    bench.timers.advance(25);
    await idle();
    return { bench, upstream, stream, result: `${stream.client.headers?.get(":status")} ${upstream.attempts.length}` };
  }

  it.for([
    [LIMIT, "200 2", 0],
    [LIMIT + 1, "503 1", 1],
  ] as const)(
    "%i bytes give %s: up to the limit a body is sent again",
    async ([bytes, result, abandoned], { expect }) => {
      const seen = await post(bytes, { status: 503 });
      expect(seen.result).toBe(result);
      const received = seen.upstream.attempts.map((attempt) => attempt.received.length);
      expect(received).toEqual(received.map(() => bytes));
      expect(seen.bench.stat("cluster.app.retry_or_shadow_abandoned")).toBe(abandoned);
      expect(seen.bench.leftovers).toEqual([]);
    },
  );

  it("a body over the limit still goes to the one attempt whole", async ({ expect }) => {
    const { stream, upstream } = await post(100, { status: 200 });
    expect(stream.client.complete).toBe(true);
    expect(upstream.attempts[0]).toMatchObject({ bodyEnd: "complete", received: Array.from({ length: 100 }, () => 7) });
  });
});
