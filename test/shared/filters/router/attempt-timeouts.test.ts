import { describe, it } from "vitest";
import { renderResponseFlags } from "../../../../shared/http/response-flags.ts";
import { ScriptedBody } from "../../../support/fake-transport.ts";
import { retryPolicy, retryRoute, routeWith } from "../../../support/retry-route.ts";
import { RouterBench, type RunningStream } from "../../../support/router-stream.ts";
import { clusterConfig, endpointAt } from "../../../support/sample-cluster.ts";
import { idle, type Outcome, type Script, ScriptedUpstream } from "../../../support/scripted-upstream.ts";

const APP = clusterConfig("app", [endpointAt("10.0.0.1:80")]);

function setUp(script: Script | readonly Outcome[]): {
  readonly bench: RouterBench;
  readonly upstream: ScriptedUpstream;
} {
  const upstream = new ScriptedUpstream(script);
  return { bench: new RouterBench({ clusters: [APP], upstream }), upstream };
}

function summary({ client, info }: RunningStream): string {
  const flags = renderResponseFlags(info.flagsInOrder);
  return `${client.headers?.get(":status")} ${flags} ${info.responseCodeDetails}`;
}

describe("UpstreamExchange per-try timeout", () => {
  it("gives an attempt up and makes another one, for which the host is told that it is one", async ({ expect }) => {
    const { bench, upstream } = setUp(["stalls", "stalls"]);
    const policies = { retry: retryPolicy({ retryOn: "reset", perTryTimeout: "0.100s" }), timeoutRetryHeader: true };
    const stream = bench.request(routeWith({ ...policies, attemptCountInRequest: true }, { timeoutMs: 1000 }));
    bench.timers.advance(99);
    expect(upstream.attempts[0]?.cancelled).toBeUndefined();
    bench.timers.advance(1 + 25);
    expect(upstream.attempts[0]?.cancelled).toBe("local reset");
    const told = ["x-envoy-expected-rq-timeout-ms", "x-envoy-attempt-count", "x-envoy-is-timeout-retry"];
    const seen = upstream.attempts.map(({ headers }) => told.map((name) => headers.get(name)));
    expect(seen).toEqual([
      ["100", "1", undefined],
      ["100", "2", "true"],
    ]);
    upstream.attempts[1]?.settle({ status: 200 });
    await idle();
    expect(summary(stream)).toBe("200 - via_upstream");
    expect(bench.stat("cluster.app.upstream_rq_per_try_timeout")).toBe(1);
    expect(bench.leftovers).toEqual([]);
  });

  it.for([
    [{ perTryTimeout: "0.100s" }, "504 UT upstream_per_try_timeout", "upstream_rq_per_try_timeout"],
    [{ perTryIdleTimeout: "0.100s" }, "504 UT upstream_per_try_idle_timeout", "upstream_rq_per_try_idle_timeout"],
  ] as const)("%o ends a request that has no attempt left: %s", async ([limits, result, counter], { expect }) => {
    const { bench } = setUp(["stalls"]);
    const stream = bench.request(retryRoute({ retryOn: "retriable-4xx", ...limits }));
    bench.timers.advance(100);
    await idle();
    expect(summary(stream)).toBe(result);
    expect(bench.stat(`cluster.app.${counter}`)).toBe(1);
    expect(bench.stat("cluster.app.upstream_rq_504")).toBe(1);
    expect(bench.cluster("app")?.hosts[0]?.counters).toMatchObject({ rqTimeout: 1, rqError: 1, rqActive: 0 });
    expect(bench.leftovers).toEqual([]);
  });

  it("is over when the answer begins", async ({ expect }) => {
    const body = new ScriptedBody("some", "hang");
    const { bench } = setUp([{ status: 200, body }]);
    const { client, manager } = bench.request(retryRoute({ retryOn: "reset", perTryTimeout: "0.100s" }));
    bench.timers.advance(10_000);
    expect(client).toMatchObject({ body: "some", reset: undefined });
    manager.reset("remote reset");
    await idle();
    expect(bench.leftovers).toEqual([]);
  });

  it("counts for nothing where it is no shorter than the whole", ({ expect }) => {
    const { bench, upstream } = setUp(["stalls"]);
    const stream = bench.request(retryRoute({ retryOn: "5xx", perTryTimeout: "0.100s" }, { timeoutMs: 100 }));
    bench.timers.advance(100);
    expect(summary(stream)).toBe("504 UT response_timeout");
    expect(upstream.attempts.length).toBe(1);
  });

  it("begins when the request has been received", async ({ expect }) => {
    const { bench, upstream } = setUp(() => ["stalls", { reads: 0 }]);
    const route = retryRoute({ retryOn: "5xx", perTryTimeout: "0.100s" });
    const { manager } = bench.request(route, { ":method": "POST" }, new ScriptedBody("request"));
    bench.timers.advance(10_000);
    expect(upstream.attempts.length).toBe(1);
    manager.reset("remote reset");
    await idle();
    expect(bench.leftovers).toEqual([]);
  });

  it("idle: breaks off an answer in which nothing moves", async ({ expect }) => {
    const { bench } = setUp([{ status: 200, body: new ScriptedBody("some", "hang") }]);
    const stream = bench.request(retryRoute({ retryOn: "5xx", perTryIdleTimeout: "0.100s" }));
    bench.timers.advance(100);
    await idle();
    expect(summary(stream)).toBe("200 UT upstream_per_try_idle_timeout");
    expect(stream.client.reset).toBe("local reset");
    expect(bench.stat("cluster.app.upstream_rq_504")).toBe(0);
    expect(bench.leftovers).toEqual([]);
  });
});

describe("UpstreamExchange global timeout", () => {
  it("tells each attempt the time of one, within what is left of the whole", ({ expect }) => {
    const { bench, upstream } = setUp(() => "stalls");
    const retry = {
      retryOn: "5xx",
      numRetries: 9,
      perTryTimeout: "0.100s",
      retryBackOff: { baseInterval: "0.001s", maxInterval: "0.001s" },
    };
    const stream = bench.request(retryRoute(retry, { timeoutMs: 250 }));
    bench.timers.advance(250);
    const told = upstream.attempts.map(({ headers }) => headers.get("x-envoy-expected-rq-timeout-ms"));
    expect(told).toEqual(["100", "100", "50"]);
    expect(summary(stream)).toBe("504 UT response_timeout");
    expect(upstream.attempts.map(({ cancelled }) => cancelled)).toEqual(["local reset", "local reset", "local reset"]);
    expect(bench.stat("cluster.app.upstream_rq_timeout")).toBe(1);
  });

  it("of a gRPC request follows grpc-timeout up to max_grpc_timeout, and each attempt is told anew", ({ expect }) => {
    const { bench, upstream } = setUp(() => "stalls");
    const policies = {
      retry: retryPolicy({
        retryOn: "5xx",
        perTryTimeout: "0.100s",
        retryBackOff: { baseInterval: "0.001s", maxInterval: "0.001s" },
      }),
      grpcTimeout: { maxMs: 150, offsetMs: 0 },
    };
    const headers = { "content-type": "application/grpc", "grpc-timeout": "10S" };
    bench.request(routeWith(policies, { timeoutMs: 5 }), headers);
    bench.timers.advance(150);
    const told = upstream.attempts.map((attempt) => attempt.headers.get("grpc-timeout"));
    expect(told).toEqual(["100m", "50m"]);
    expect(bench.timers.pending).toBe(0);
  });
});

describe("RouterFilter strict_check_headers", () => {
  it.for([
    ["x-envoy-retry-on", "gateway-error, 5xx", "200"],
    ["x-envoy-retry-on", "", "200"],
    ["x-envoy-retry-on", "unavailable", "400"],
    ["x-envoy-retry-on", "5xx,bogus", "400"],
    ["x-envoy-retry-grpc-on", "unavailable, cancelled", "200"],
    ["x-envoy-retry-grpc-on", "5xx", "400"],
    ["x-envoy-max-retries", "3", "200"],
    ["x-envoy-max-retries", "-1", "400"],
    ["x-envoy-max-retries", "3x", "400"],
    ["x-envoy-upstream-rq-timeout-ms", "soon", "400"],
    ["x-envoy-upstream-rq-per-try-timeout-ms", "1.5", "400"],
  ] as const)("%s: '%s' gives %s", ([name, value, status], { expect }) => {
    const upstream = new ScriptedUpstream([]);
    const bench = new RouterBench({ clusters: [APP], upstream, config: { strictCheckHeaders: [name] } });
    const { client, info } = bench.request(routeWith({}), { [name]: value });
    expect(client.headers?.get(":status")).toBe(status);
    const refused = `invalid header '${name}' with value '${value}'`;
    expect(client.body).toBe({ 200: "", 400: refused }[status]);
    const details = { 200: "via_upstream", 400: `request_headers_failed_strict_check{${name}}` };
    expect(info.responseCodeDetails).toBe(details[status]);
  });
});
