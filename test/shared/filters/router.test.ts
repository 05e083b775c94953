import { describe, it } from "vitest";
import { BytesBody } from "../../../shared/http/bytes-body.ts";
import { DETAILS } from "../../../shared/http/response-code-details.ts";
import { renderResponseFlags } from "../../../shared/http/response-flags.ts";
import { ScriptedBody } from "../../support/fake-transport.ts";
import { RouterBench, type RunningStream } from "../../support/router-stream.ts";
import { clusterConfig, endpointAt } from "../../support/sample-cluster.ts";
import { forwardRoute, replyRoute } from "../../support/sample-route.ts";

const APP = clusterConfig("app", [endpointAt("10.0.0.1:80")], { connectTimeout: "0.250s" });
const EMPTY = clusterConfig("empty", []);
const TO_APP = forwardRoute("app");

function summary({ info, client }: RunningStream): Record<string, unknown> {
  return {
    status: client.headers?.get(":status"),
    body: client.body,
    complete: client.complete,
    reset: client.reset,
    details: info.responseCodeDetails,
    flags: renderResponseFlags(info.flagsInOrder),
  };
}

describe("RouterFilter forwarding", () => {
  it("sends the finalised request to a host of the route's cluster and passes the answer back", ({ expect }) => {
    const bench = new RouterBench({ clusters: [APP] });
    const stream = bench.request(TO_APP, { "x-fake-body": "hello", "x-fake-header-a": "b" });
    expect(summary(stream)).toEqual({
      status: "200",
      body: "hello",
      complete: true,
      reset: undefined,
      details: "via_upstream",
      flags: "-",
    });
    expect(stream.client.headers?.get("a")).toBe("b");
    expect(stream.client.headers?.get("x-route-response")).toBe("seen");
    const [received] = bench.transport.requests;
    expect(received?.headers.get("x-route-request")).toBe("seen");
    expect(received?.target).toMatchObject({
      clusterName: "app",
      connectTimeoutMs: 250,
      host: { address: "10.0.0.1:80" },
    });
    expect(stream.info).toMatchObject({ upstreamCluster: "app", upstreamHost: "10.0.0.1:80", attemptCount: 1 });
  });

  it("tells the route the code of the answer before the route changes its headers", ({ expect }) => {
    const bench = new RouterBench({ clusters: [APP] });
    const route = forwardRoute("app", {
      finalizeResponseHeaders: (headers, _request, info) => headers.set("x-code", String(info.responseCode)),
    });
    const stream = bench.request(route, { "x-fake-status": "418" });
    expect(stream.client.headers?.get("x-code")).toBe("418");
  });

  it("counts requests, codes and hosts, and leaves nothing active", ({ expect }) => {
    const bench = new RouterBench({ clusters: [APP] });
    bench.request(TO_APP, { "x-fake-body": "hello" });
    bench.request(TO_APP, { "x-fake-status": "503" });
    expect(bench.stat("http.test.rq_total")).toBe(2);
    expect(bench.stat("cluster.app.upstream_rq_total")).toBe(2);
    expect(bench.stat("cluster.app.upstream_rq_completed")).toBe(2);
    expect(bench.stat("cluster.app.upstream_rq_2xx")).toBe(1);
    expect(bench.stat("cluster.app.upstream_rq_200")).toBe(1);
    expect(bench.stat("cluster.app.upstream_rq_503")).toBe(1);
    expect(bench.stat("cluster.app.upstream_rq_active")).toBe(0);
    expect(bench.stat("late_callback")).toBe(0);
    expect(bench.cluster("app")?.hosts[0]?.counters).toMatchObject({
      rqActive: 0,
      rqTotal: 2,
      rqSuccess: 1,
      rqError: 1,
    });
  });

  it("counts requests from inside the network apart from others", ({ expect }) => {
    const bench = new RouterBench({ clusters: [APP] });
    bench.request(TO_APP, { "x-envoy-internal": "true" });
    bench.request(TO_APP);
    bench.request(TO_APP, { "x-fake-status": "404" });
    expect(bench.stat("cluster.app.internal.upstream_rq_completed")).toBe(1);
    expect(bench.stat("cluster.app.external.upstream_rq_completed")).toBe(2);
    expect(bench.stat("cluster.app.external.upstream_rq_404")).toBe(1);
  });

  it("neither arms a timer nor waits for a promise when everything is there and no time limit is set", ({ expect }) => {
    const bench = new RouterBench({ clusters: [APP] });
    const stream = bench.request(TO_APP, { "x-fake-body": "hello" }, new BytesBody(new Uint8Array([1])));
    expect(stream.client.complete).toBe(true);
    expect(bench.timers.pending).toBe(0);
  });

  it("tells how long the upstream took, from the end of the request on", async ({ expect }) => {
    const bench = new RouterBench({ clusters: [APP] });
    bench.timers.advance(1000);
    const stream = bench.request(TO_APP, { "x-fake-async": "1" });
    bench.timers.advance(42);
    await bench.transport.settle();
    expect(stream.client.headers?.get("x-envoy-upstream-service-time")).toBe("42");
  });

  it.for([
    ["HEAD", "200"],
    ["GET", "204"],
    ["GET", "304"],
  ] as const)(
    "passes on no body in answer to %s with %s, and does not count it as broken off",
    ([method, status], { expect }) => {
      const bench = new RouterBench({ clusters: [APP] });
      const stream = bench.request(TO_APP, { ":method": method, "x-fake-status": status, "x-fake-body": "none" });
      expect(summary(stream)).toMatchObject({ status, body: "", complete: true, reset: undefined });
      expect(bench.stat("cluster.app.upstream_rq_tx_reset")).toBe(0);
      expect(bench.stat("cluster.app.upstream_rq_active")).toBe(0);
    },
  );

  it("has no service time for an answer that comes before the request has ended", ({ expect }) => {
    const bench = new RouterBench({ clusters: [APP] });
    const stream = bench.request(TO_APP, {}, new ScriptedBody("never read"));
    expect(stream.client.headers?.has("x-envoy-upstream-service-time")).toBe(false);
  });

  it("passes the request's body, or its native stream, as it is", ({ expect }) => {
    const bench = new RouterBench({ clusters: [APP] });
    const native = { the: "platform's stream" };
    const body = Object.assign(new ScriptedBody("bytes"), { unwrap: () => native });
    bench.request(TO_APP, { "x-fake-async": "1" }, body);
    expect(bench.transport.requests[0]?.body?.unwrap()).toBe(native);
    bench.request(TO_APP, { "x-fake-async": "1" }, new ScriptedBody("bytes"));
    expect(bench.transport.requests[1]?.body?.read()).toEqual(new TextEncoder().encode("bytes"));
  });

  it("hands an upgraded connection over and arms no time limit for it", ({ expect }) => {
    const bench = new RouterBench({ clusters: [APP] });
    const stream = bench.request(forwardRoute("app", { timeoutMs: 1000 }), {
      connection: "Upgrade",
      upgrade: "websocket",
      "x-fake-upgrade": "1",
      "x-fake-status": "101",
      "x-fake-header-connection": "upgrade",
      "x-fake-header-upgrade": "websocket",
    });
    expect(stream.client.upgraded).toBe("the upgraded connection");
    expect(stream.client.headers?.get("upgrade")).toBe("websocket");
    expect(bench.transport.requests[0]?.headers.get("connection")).toBe("upgrade");
    expect(bench.timers.pending).toBe(0);
  });

  it("strips hop-by-hop headers in both directions", ({ expect }) => {
    const bench = new RouterBench({ clusters: [APP] });
    const { client } = bench.request(TO_APP, {
      connection: "close, x-private",
      "x-private": "1",
      "keep-alive": "5",
      te: "gzip, trailers",
      "x-fake-header-connection": "x-inner",
      "x-fake-header-x-inner": "1",
      "x-fake-header-keep-alive": "9",
    });
    const sent = bench.transport.requests[0]?.headers;
    expect([sent?.has("connection"), sent?.has("x-private"), sent?.has("keep-alive")]).toEqual([false, false, false]);
    expect(sent?.get("te")).toBe("trailers");
    const got = client.headers;
    expect([got?.has("connection"), got?.has("x-inner"), got?.has("keep-alive")]).toEqual([false, false, false]);
  });
});

describe("RouterFilter replies", () => {
  it("answers 404 without a route", ({ expect }) => {
    const bench = new RouterBench();
    expect(summary(bench.request(undefined))).toMatchObject({
      status: "404",
      body: "",
      details: "route_not_found",
      flags: "NR",
    });
    expect(bench.stat("http.test.no_route")).toBe(1);
  });

  it("answers with the body and the content type that a route's format gives", ({ expect }) => {
    const bench = new RouterBench();
    const formattedBody = () => ({ text: "<p>", contentType: "text/html" });
    const formatted = bench.request(replyRoute({ body: "plain", formattedBody }));
    expect([formatted.client.body, formatted.client.headers?.get("content-type")]).toEqual(["<p>", "text/html"]);
    const empty = bench.request(replyRoute({ body: "plain", formattedBody: () => ({ text: "", contentType: "x/y" }) }));
    expect([empty.client.body, empty.client.headers?.has("content-type")]).toEqual(["", false]);
  });

  it("answers direct responses and redirects with the route's headers", ({ expect }) => {
    const bench = new RouterBench();
    const direct = bench.request(replyRoute({ status: 403, body: "Forbidden", location: () => "/unused" }));
    expect(summary(direct)).toMatchObject({ status: "403", body: "Forbidden", details: "direct_response", flags: "-" });
    expect(direct.client.headers?.get("content-type")).toBe("text/plain");
    expect(direct.client.headers?.get("x-route-response")).toBe("seen");
    expect(direct.client.headers?.has("location")).toBe(false);
    const redirect = bench.request(replyRoute({ kind: "redirect", status: 301, location: () => "https://a.example/" }));
    expect(summary(redirect)).toMatchObject({ status: "301", body: "", details: "direct_response" });
    expect(redirect.client.headers?.get("location")).toBe("https://a.example/");
    expect(bench.stat("http.test.rq_direct_response")).toBe(2);
  });

  it("answers as the route says when its cluster does not exist or is not named", ({ expect }) => {
    const bench = new RouterBench();
    const unknown = bench.request(forwardRoute("gone", { clusterNotFoundStatus: 500 }));
    expect(summary(unknown)).toMatchObject({ status: "500", body: "", details: "cluster_not_found", flags: "NC" });
    expect(unknown.info.upstreamCluster).toBeUndefined();
    expect(summary(bench.request(forwardRoute(undefined)))).toMatchObject({ status: "503", flags: "NC" });
    expect(bench.stat("http.test.no_cluster")).toBe(2);
  });

  it("answers 503 when there is no host, and counts it for the cluster", ({ expect }) => {
    const bench = new RouterBench({ clusters: [EMPTY] });
    const stream = bench.request(forwardRoute("empty"));
    expect(summary(stream)).toMatchObject({
      status: "503",
      body: "no healthy upstream",
      details: "no_healthy_upstream",
      flags: "UH",
    });
    expect(bench.stat("cluster.empty.upstream_rq_503")).toBe(1);
    expect(bench.stat("cluster.empty.upstream_cx_none_healthy")).toBe(1);
    expect(bench.stat("cluster.empty.upstream_rq_total")).toBe(0);
  });
});

describe("RouterFilter failures", () => {
  const PREFIX = "upstream connect error or disconnect/reset before headers. reset reason: ";
  const table = [
    ["local reset", "LR", "503", "local_reset"],
    ["local refused stream reset", "LR", "503", "local_refused_stream_reset"],
    ["local connection failure", "UF", "503", "local_connection_failure"],
    ["remote reset", "UR", "503", "remote_reset"],
    ["remote refused stream reset", "UR", "503", "remote_refused_stream_reset"],
    ["remote connection failure", "UF", "503", "remote_connection_failure"],
    ["connection termination", "UC", "503", "connection_termination"],
    ["connection timeout", "UF", "503", "connection_timeout"],
    ["overflow", "UO", "503", "overflow"],
    ["protocol error", "UPE", "502", "protocol_error"],
  ] as const;
  it.for(table)("answers %s with %s and %s", ([reason, flags, status, word], { expect }) => {
    const bench = new RouterBench({ clusters: [APP] });
    const stream = bench.request(TO_APP, { "x-fake-fail": reason });
    expect(summary(stream)).toEqual({
      status,
      body: `${PREFIX}${reason}`,
      complete: true,
      reset: undefined,
      details: `upstream_reset_before_response_started{${word}}`,
      flags,
    });
    expect(stream.client.headers?.has("x-envoy-overloaded")).toBe(reason === "overflow");
    expect(bench.stat(`cluster.app.upstream_rq_${status}`)).toBe(1);
    expect(bench.stat("cluster.app.upstream_rq_active")).toBe(0);
  });

  it("keeps the transport's own words for the log", ({ expect }) => {
    const bench = new RouterBench({ clusters: [APP] });
    const stream = bench.request(TO_APP, {
      "x-fake-fail": "remote connection failure",
      "x-fake-transport-reason": "delayed connect error: Connection refused",
    });
    expect(summary(stream)).toMatchObject({
      body: `${PREFIX}remote connection failure`,
      details:
        "upstream_reset_before_response_started{remote_connection_failure|delayed_connect_error:_Connection_refused}",
    });
  });

  it("counts a request only once a connection has taken it, and whose reset ended it", ({ expect }) => {
    const bench = new RouterBench({ clusters: [APP] });
    bench.request(TO_APP, { "x-fake-fail": "remote connection failure", "x-fake-sent": "nothing" });
    expect(bench.stat("cluster.app.upstream_rq_total")).toBe(0);
    bench.request(TO_APP, { "x-fake-fail": "remote reset" });
    bench.request(TO_APP, { "x-fake-fail": "protocol error" });
    expect(bench.stat("cluster.app.upstream_rq_total")).toBe(2);
    expect(bench.stat("cluster.app.upstream_rq_rx_reset")).toBe(1);
    expect(bench.stat("cluster.app.upstream_rq_tx_reset")).toBe(1);
  });

  it("never ends an answer well that broke off", ({ expect }) => {
    const bench = new RouterBench({ clusters: [APP] });
    const stream = bench.request(TO_APP, { "x-fake-body": "half", "x-fake-break": "connection termination" });
    expect(summary(stream)).toEqual({
      status: "200",
      body: "half",
      complete: false,
      reset: "connection termination",
      details: DETAILS.upstreamResetAfterResponse("connection termination"),
      flags: "UC",
    });
    expect(bench.stat("http.test.rq_reset_after_downstream_response_started")).toBe(0);
    expect(bench.stat("cluster.app.upstream_rq_active")).toBe(0);
  });

  it("counts late resets of gRPC only, whose answer has not told yet how it went", ({ expect }) => {
    const bench = new RouterBench({ clusters: [APP] });
    bench.request(TO_APP, { "content-type": "application/grpc", "x-fake-break": "remote reset" });
    expect(bench.stat("http.test.rq_reset_after_downstream_response_started")).toBe(1);
    expect(bench.cluster("app")?.hosts[0]?.counters.rqError).toBe(1);
  });

  it("counts a body that the upstream reset", ({ expect }) => {
    const bench = new RouterBench({ clusters: [APP] });
    bench.request(TO_APP, { "x-fake-break": "remote reset" });
    expect(bench.stat("cluster.app.upstream_rq_rx_reset")).toBe(1);
  });
});

describe("RouterFilter when the client goes away", () => {
  it("gives the exchange up", async ({ expect }) => {
    const bench = new RouterBench({ clusters: [APP] });
    const waiting = bench.request(TO_APP, { "x-fake-async": "1" });
    waiting.manager.reset("remote reset");
    await bench.transport.idle();
    expect(bench.transport.cancellations).toEqual(["local reset"]);
    expect(bench.stat("cluster.app.upstream_rq_tx_reset")).toBe(1);
    expect(bench.stat("cluster.app.upstream_rq_active")).toBe(0);
    expect(waiting.client.headers).toBeUndefined();
  });

  it("counts as cancelled what no connection had taken", async ({ expect }) => {
    const bench = new RouterBench({ clusters: [APP] });
    const waiting = bench.request(TO_APP, { "x-fake-async": "1", "x-fake-sent": "nothing" });
    waiting.manager.reset("remote reset");
    await bench.transport.idle();
    expect(bench.stat("cluster.app.upstream_rq_cancelled")).toBe(1);
    expect(bench.stat("cluster.app.upstream_rq_total")).toBe(0);
  });

  it("cancels the answer's body", async ({ expect }) => {
    const bench = new RouterBench({ clusters: [APP] });
    const reading = bench.request(TO_APP, { "x-fake-body": "some", "x-fake-hang": "1" });
    reading.manager.reset("remote reset");
    await bench.transport.idle();
    expect(bench.transport.cancellations).toEqual(["local reset"]);
    expect(bench.stat("cluster.app.upstream_rq_tx_reset")).toBe(1);
    expect(bench.stat("cluster.app.upstream_rq_active")).toBe(0);
    expect(bench.stat("http.test.rq_reset_after_downstream_response_started")).toBe(0);
  });
});

describe("RouterFilter time limit", () => {
  const LIMITED = forwardRoute("app", { timeoutMs: 1000 });

  it("answers 504 and gives the exchange up", async ({ expect }) => {
    const bench = new RouterBench({ clusters: [APP] });
    const stream = bench.request(LIMITED, { "x-fake-async": "1" });
    expect(bench.transport.requests[0]?.headers.get("x-envoy-expected-rq-timeout-ms")).toBe("1000");
    bench.timers.advance(999);
    expect(stream.client.headers).toBeUndefined();
    bench.timers.advance(1);
    expect(summary(stream)).toMatchObject({
      status: "504",
      body: "upstream request timeout",
      details: "response_timeout",
      flags: "UT",
    });
    await bench.transport.settle();
    expect(bench.transport.cancellations).toEqual(["local reset"]);
    expect(bench.stat("cluster.app.upstream_rq_timeout")).toBe(1);
    expect(bench.stat("cluster.app.upstream_rq_504")).toBe(1);
    expect(bench.stat("cluster.app.upstream_rq_active")).toBe(0);
    expect(bench.stat("late_callback")).toBe(0);
    expect(bench.cluster("app")?.hosts[0]?.counters.rqTimeout).toBe(1);
  });

  it("begins when the request has been received", async ({ expect }) => {
    const bench = new RouterBench({ clusters: [APP] });
    const stream = bench.request(LIMITED, { "x-fake-async": "1" }, new BytesBody(new Uint8Array([1])));
    bench.timers.advance(5000);
    const body = bench.transport.requests[0]?.body;
    await body?.read();
    expect(bench.timers.pending).toBe(0);
    await body?.read();
    bench.timers.advance(999);
    expect(stream.client.headers).toBeUndefined();
    bench.timers.advance(1);
    expect(summary(stream)).toMatchObject({ status: "504" });
  });

  it("covers the whole answer, and resets one that has begun", ({ expect }) => {
    const bench = new RouterBench({ clusters: [APP] });
    const stream = bench.request(LIMITED, { "x-fake-body": "some", "x-fake-hang": "1" });
    expect(bench.timers.pending).toBe(1);
    bench.timers.advance(1000);
    expect(summary(stream)).toMatchObject({
      status: "200",
      complete: false,
      reset: "local reset",
      details: "response_timeout",
      flags: "UT",
    });
    expect(bench.stat("cluster.app.upstream_rq_timeout")).toBe(1);
    expect(bench.stat("cluster.app.upstream_rq_active")).toBe(0);
    expect(bench.timers.pending).toBe(0);
  });

  it("is over with the answer", async ({ expect }) => {
    const bench = new RouterBench({ clusters: [APP] });
    const stream = bench.request(LIMITED, { "x-fake-async": "1", "x-fake-body": "hello" });
    expect(bench.timers.pending).toBe(1);
    await bench.transport.settle();
    expect(bench.timers.pending).toBe(0);
    expect(stream.client.complete).toBe(true);
  });

  it("can be asked for by header, which goes no further", ({ expect }) => {
    const bench = new RouterBench({ clusters: [APP] });
    const stream = bench.request(LIMITED, {
      "x-fake-async": "1",
      "x-envoy-upstream-rq-timeout-ms": "70",
      "x-envoy-upstream-rq-timeout-alt-response": "1",
    });
    const sent = bench.transport.requests[0]?.headers;
    expect(sent?.has("x-envoy-upstream-rq-timeout-ms")).toBe(false);
    expect(sent?.has("x-envoy-upstream-rq-timeout-alt-response")).toBe(false);
    expect(sent?.get("x-envoy-expected-rq-timeout-ms")).toBe("70");
    bench.timers.advance(70);
    expect(summary(stream)).toMatchObject({ status: "204", body: "" });
  });

  it("stays the route's when the header is no number", ({ expect }) => {
    const bench = new RouterBench({ clusters: [APP] });
    bench.request(LIMITED, { "x-envoy-upstream-rq-timeout-ms": "soon" });
    expect(bench.transport.requests[0]?.headers.get("x-envoy-expected-rq-timeout-ms")).toBe("1000");
  });
});

describe("RouterFilter settings", () => {
  it("respect_expected_rq_timeout takes what a proxy in front expects, and passes it on", ({ expect }) => {
    const bench = new RouterBench({ clusters: [APP], config: { respectExpectedRqTimeout: true } });
    const stream = bench.request(forwardRoute("app", { timeoutMs: 1000 }), {
      "x-fake-async": "1",
      "x-envoy-expected-rq-timeout-ms": "70",
    });
    expect(bench.transport.requests[0]?.headers.get("x-envoy-expected-rq-timeout-ms")).toBe("70");
    bench.timers.advance(70);
    expect(summary(stream)).toMatchObject({ status: "504" });
  });

  it("suppress_envoy_headers adds none of Envoy's headers and keeps those that came", ({ expect }) => {
    const bench = new RouterBench({ clusters: [APP], config: { suppressEnvoyHeaders: true } });
    const route = forwardRoute("app", {
      timeoutMs: 1000,
      finalizeRequestHeaders: (headers) => {
        headers.set("x-envoy-original-path", "/before");
        headers.set("x-envoy-original-host", "before.example");
      },
    });
    const { client } = bench.request(route, { "x-envoy-original-host": "came.example" });
    const sent = bench.transport.requests[0]?.headers;
    expect(sent?.has("x-envoy-expected-rq-timeout-ms")).toBe(false);
    expect(sent?.has("x-envoy-original-path")).toBe(false);
    expect(sent?.get("x-envoy-original-host")).toBe("came.example");
    expect(client.headers?.has("x-envoy-upstream-service-time")).toBe(false);
    const overflow = bench.request(route, { "x-fake-fail": "overflow" });
    expect(overflow.client.headers?.has("x-envoy-overloaded")).toBe(false);
  });

  it("dynamic_stats: false counts neither codes nor times", ({ expect }) => {
    const bench = new RouterBench({ clusters: [APP], config: { dynamicStats: false } });
    bench.request(TO_APP);
    expect(bench.stat("cluster.app.upstream_rq_completed")).toBe(0);
    expect(bench.stat("cluster.app.upstream_rq_total")).toBe(1);
  });
});

describe("RouterFilter host rewrite", () => {
  const NAMED = clusterConfig("named", [
    { endpoint: { hostname: "inner.example", address: { socketAddress: { address: "10.0.0.9", portValue: 80 } } } },
  ]);

  it("writes the host's name once it is picked, and keeps the one that came", ({ expect }) => {
    const bench = new RouterBench({ clusters: [NAMED, APP] });
    bench.request(forwardRoute("named", { autoHostRewrite: true, appendXForwardedHost: true }), {
      "x-forwarded-host": "outer.example",
    });
    const sent = bench.transport.requests[0]?.headers;
    expect(sent?.get(":authority")).toBe("inner.example");
    expect(sent?.get("x-envoy-original-host")).toBe("client.example");
    expect(sent?.get("x-forwarded-host")).toBe("outer.example,client.example");
  });

  it("leaves the host alone where the endpoint has no name or the route does not ask", ({ expect }) => {
    const bench = new RouterBench({ clusters: [NAMED, APP] });
    bench.request(forwardRoute("app", { autoHostRewrite: true }));
    bench.request(forwardRoute("named"));
    const hosts = bench.transport.requests.map(({ headers }) => headers.get(":authority"));
    expect(hosts).toEqual(["client.example", "client.example"]);
  });
});
