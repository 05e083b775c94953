import { describe, it } from "vitest";
import { HttpProxyHarness, ok } from "../../support/http-proxy-harness.ts";

const cluster = (name: string, ports: readonly number[]): string => `
    - name: ${name}
      load_assignment:
        cluster_name: ${name}
        endpoints:
          - lb_endpoints:
${ports.map((port) => `            - endpoint: { address: { socket_address: { address: 127.0.0.1, port_value: ${port} } } }`).join("\n")}`;

const bootstrap = (routes: string, clusters: readonly string[], manager = ""): string => `
static_resources:
  listeners:
    - name: http
      address: { socket_address: { address: 127.0.0.1, port_value: 80 } }
      filter_chains:
        - filters:
            - name: hcm
              typed_config:
                "@type": type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager
                stat_prefix: ingress
                use_remote_address: true
                ${manager}
                route_config:
                  virtual_hosts: [{ name: all, domains: ["*"], routes: [${routes}] }]
                http_filters:
                  - name: router
                    typed_config: { "@type": type.googleapis.com/envoy.extensions.filters.http.router.v3.Router }
  clusters:${clusters.join("")}
`;

const APP = cluster("app", [1111, 2222, 3333, 4444]);
const TO_APP = "{ match: { prefix: / }, route: { cluster: app } }";
const CANARY =
  "{ match: { prefix: / }, route: { weighted_clusters: { clusters: [{ name: stable, weight: 80 }, { name: canary, weight: 20 }] } } }";

/** Mean squared distance from the expectation, per block. */
function blockVariance(hits: readonly boolean[], blockSize: number, probability: number): number {
  const blocks = Array.from({ length: hits.length / blockSize }, (_, at) =>
    hits.slice(at * blockSize, (at + 1) * blockSize),
  );
  const counts = blocks.map((block) => block.filter(Boolean).length);
  return counts.reduce((sum, count) => sum + (count - blockSize * probability) ** 2, 0) / counts.length;
}

describe("HttpProxy", () => {
  it("sends a request to the cluster of its route, with the headers Envoy would send", ({ expect }) => {
    const harness = new HttpProxyHarness(bootstrap(TO_APP, [APP]));
    const exchange = harness.ask("/x?q=1", {
      connection: "keep-alive, x-drop",
      "x-drop": "1",
      "x-envoy-max-retries": "9",
    });
    const sent = exchange.upstream?.headers;
    expect([exchange.status, exchange.body]).toEqual([200, "app"]);
    expect(["connection", "x-drop", "x-envoy-max-retries"].map((name) => sent?.get(name))).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
    expect(sent?.get(":path")).toBe("/x?q=1");
    expect(sent?.get("x-forwarded-for")).toBe("203.0.113.7");
    expect(sent?.get("x-forwarded-proto")).toBe("http");
    expect(sent?.get("x-envoy-expected-rq-timeout-ms")).toBe("15000");
    expect(exchange.headers?.get("server")).toBe("envoy");
    expect(exchange.headers?.get("x-envoy-upstream-service-time")).toBe("0");
  });

  it("takes away what connection names before routes or filters see it", ({ expect }) => {
    const inner =
      "{ match: { prefix: /, headers: [{ name: x-inner, present_match: true }] }, direct_response: { status: 403 } }";
    const harness = new HttpProxyHarness(bootstrap(`${inner}, ${TO_APP}`, [APP]));
    expect(harness.ask("/", { "x-inner": "1" }).status).toBe(403);
    expect(harness.ask("/", { "x-inner": "1", connection: "x-inner" }).status).toBe(200);
  });

  it("answers /admin with 403 Forbidden and lets nothing of it through", ({ expect }) => {
    const admin = "{ match: { prefix: /admin }, direct_response: { status: 403, body: { inline_string: Forbidden } } }";
    const harness = new HttpProxyHarness(bootstrap(`${admin}, ${TO_APP}`, [APP]));
    const refused = ["/admin", "/admin/x", "/administrator"].map((path) => harness.ask(path));
    expect(refused.map(({ status, body, upstream }) => [status, body, upstream])).toEqual(
      Array.from({ length: 3 }, () => [403, "Forbidden", undefined]),
    );
    expect(refused[0]?.headers?.get("content-type")).toBe("text/plain");
    expect(refused[0]?.info.responseCodeDetails).toBe("direct_response");
    expect(harness.ask("/adm").status).toBe(200);
  });

  it("dates an answer that has no date, and leaves the upstream's as it is", ({ expect }) => {
    const own = "{ match: { path: /own }, direct_response: { status: 200 } }";
    const harness = new HttpProxyHarness(bootstrap(`${own}, ${TO_APP}`, [APP]));
    const now = new Date(harness.timers.clock.wallMs()).toUTCString();
    expect(harness.ask("/own").headers?.get("date")).toBe(now);
    expect(harness.ask("/").headers?.get("date")).toBe(now);
    harness.respond = () => ok("app", { date: "Sun, 06 Nov 1994 08:49:37 GMT" });
    expect(harness.ask("/").headers?.get("date")).toBe("Sun, 06 Nov 1994 08:49:37 GMT");
  });

  it("matches /app10 by the prefix /app1, as in Envoy", ({ expect }) => {
    const harness = new HttpProxyHarness(bootstrap("{ match: { prefix: /app1 }, route: { cluster: app } }", [APP]));
    expect([harness.ask("/app10").status, harness.ask("/app2").status]).toEqual([200, 404]);
    expect(harness.ask("/app2").info.responseCodeDetails).toBe("route_not_found");
  });

  it("splits by weight binomially, in every block, and independently of the balancing", ({ expect }) => {
    const clusters = [cluster("stable", [1, 2, 3, 4]), cluster("canary", [9])];
    const harness = new HttpProxyHarness(bootstrap(CANARY, clusters), 7);
    const picks = Array.from({ length: 10_000 }, () => harness.ask("/").upstream?.target);
    const hits = picks.map((target) => target?.clusterName === "canary");
    const canaries = hits.filter(Boolean).length;
    // Binomial(10000, 0.2): mean 2000, standard deviation 40; five of them either way.
    expect(Math.abs(canaries - 2000)).toBeLessThan(200);
    // Per block of 100 the variance is 16; over 100 blocks its estimate has a standard deviation of about 2.3.
    expect(Math.abs(blockVariance(hits, 100, 0.2) - 16)).toBeLessThan(11);
    const perHost = Map.groupBy(
      picks.filter((target) => target?.clusterName === "stable"),
      (target) => target?.host.address,
    );
    const sizes = [...perHost.values()].map((group) => group.length);
    expect([sizes.length, Math.max(...sizes) - Math.min(...sizes)]).toEqual([4, 1]);
  });

  it("answers 503 with Envoy's words and flags when the upstream cannot be reached", ({ expect }) => {
    const harness = new HttpProxyHarness(bootstrap(TO_APP, [APP]));
    harness.respond = () => ({
      kind: "failure",
      reason: "remote connection failure",
      sent: "nothing",
      transportReason: "delayed connect error: 111",
      reusedConnection: false,
    });
    const exchange = harness.ask("/");
    expect([exchange.status, exchange.body]).toEqual([
      503,
      "upstream connect error or disconnect/reset before headers. reset reason: remote connection failure",
    ]);
    expect(exchange.info.hasFlag("UpstreamConnectionFailure")).toBe(true);
  });

  it("answers 504 when the route's time is up, and forgets the late answer", async ({ expect }) => {
    const harness = new HttpProxyHarness(bootstrap(TO_APP, [APP]));
    const { promise, resolve } = Promise.withResolvers<ReturnType<typeof ok>>();
    harness.respond = () => promise;
    const exchange = harness.ask("/");
    harness.timers.advance(16_000);
    expect([exchange.status, exchange.body]).toEqual([504, "upstream request timeout"]);
    expect(exchange.info.hasFlag("UpstreamRequestTimeout")).toBe(true);
    exchange.stream.complete();
    resolve(ok("late"));
    await promise;
    expect([exchange.status, harness.timers.pending]).toEqual([504, 0]);
    expect(harness.counter("cluster.app.upstream_rq_timeout")).toBe(1);
  });

  it("gives up the upstream when the client goes away, and says so", ({ expect }) => {
    const harness = new HttpProxyHarness(bootstrap(TO_APP, [APP]));
    harness.respond = () => new Promise(() => undefined);
    const exchange = harness.ask("/");
    exchange.stream.disconnect();
    expect([exchange.info.hasFlag("DownstreamConnectionTermination"), exchange.info.responseCodeDetails]).toEqual([
      true,
      "downstream_remote_disconnect",
    ]);
    const counters = ["http.ingress.downstream_rq_rx_reset", "http.ingress.downstream_rq_completed"];
    expect(counters.map((name) => harness.counter(name))).toEqual([1, 0]);
    expect(harness.timers.pending).toBe(0);
  });

  it("counts requests under Envoy's names", ({ expect }) => {
    const harness = new HttpProxyHarness(bootstrap(TO_APP, [APP]));
    harness.ask("/");
    harness.ask("/");
    const names = [
      "http.ingress.downstream_rq_total",
      "http.ingress.downstream_rq_2xx",
      "http.ingress.downstream_rq_completed",
      "http.ingress.rq_total",
      "cluster.app.upstream_rq_total",
      "cluster.app.upstream_rq_200",
      "cluster.app.upstream_rq_2xx",
    ];
    expect(names.map((name) => harness.counter(name))).toEqual(names.map(() => 2));
  });

  it("update of one route leaves clusters, their hosts and their turn as they were", ({ expect }) => {
    const harness = new HttpProxyHarness(bootstrap(TO_APP, [APP]));
    const before = harness.proxy.clusters.get("app");
    const first = harness.ask("/").upstream?.target.host.address;
    expect(harness.update(bootstrap(TO_APP.replace("prefix: /", "prefix: /new"), [APP]))).toEqual([]);
    expect(harness.proxy.clusters.get("app")).toBe(before);
    const next = ["/new", "/new", "/new"].map((path) => harness.ask(path).upstream?.target.host.address);
    expect(new Set([first, ...next]).size).toBe(4);
    expect(harness.counter("cluster.app.upstream_rq_total")).toBe(4);
  });

  it("update that is refused changes nothing", ({ expect }) => {
    const harness = new HttpProxyHarness(bootstrap(TO_APP, [APP]));
    const problems = harness.update(bootstrap("{ match: { prefix: / }, route: { cluster: missing } }", [APP]));
    expect(problems.join("\n")).toMatch(/missing/);
    expect(harness.ask("/").body).toBe("app");
  });

  it("refuses an upgrade that is not configured with 403, and passes one that is", ({ expect }) => {
    const wanted = { connection: "Upgrade", upgrade: "websocket" };
    const closed = new HttpProxyHarness(bootstrap(TO_APP, [APP])).ask("/", wanted);
    expect([closed.status, closed.info.responseCodeDetails]).toEqual([403, "upgrade_failed"]);
    const manager = "upgrade_configs: [{ upgrade_type: websocket }]";
    const open = new HttpProxyHarness(bootstrap(TO_APP, [APP], manager)).ask("/", wanted);
    expect(open.upstream?.headers.get("upgrade")).toBe("websocket");
  });
});
