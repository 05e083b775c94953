import { describe, it } from "vitest";
import { ConfigPath } from "../../../../shared/diagnostics/config-path.ts";
import { DiagnosticCollector } from "../../../../shared/diagnostics/collector.ts";
import type { RequestScope } from "../../../../shared/host/request-scope.ts";
import type { BodySource } from "../../../../shared/http/body-source.ts";
import { BytesBody } from "../../../../shared/http/bytes-body.ts";
import { compileMirrors } from "../../../../shared/router/policies/mirror-policy.ts";
import type { ForwardRoute } from "../../../../shared/router/route.ts";
import type { RouteActionRequestMirrorPolicy, RouteRetryPolicy } from "../../../../shared/schema/envoy-types.ts";
import { SeededRandom } from "../../../support/fakes.ts";
import { ScriptedBody } from "../../../support/fake-transport.ts";
import { retryPolicy, routeWith } from "../../../support/retry-route.ts";
import { RouterBench } from "../../../support/router-stream.ts";
import { clusterConfig, endpointAt } from "../../../support/sample-cluster.ts";
import { idle, type Outcome, type ScriptedAttempt, ScriptedUpstream } from "../../../support/scripted-upstream.ts";

const APP = clusterConfig("app", [endpointAt("10.0.0.1:80")]);
const COPY = clusterConfig("copy", [endpointAt("10.0.1.1:80")]);

interface Setting {
  readonly bench: RouterBench;
  readonly upstream: ScriptedUpstream;
  /** What went to the mirror's cluster. */
  readonly copies: () => readonly ScriptedAttempt[];
}

function setUp(
  { app = { status: 200 }, copy = { status: 200 } }: { readonly app?: Outcome; readonly copy?: Outcome } = {},
  more: { readonly scope?: RequestScope; readonly random?: SeededRandom } = {},
): Setting {
  const upstream = new ScriptedUpstream((_at, { clusterName }) => (clusterName === "app" ? app : copy));
  const bench = new RouterBench({ clusters: [APP, COPY], upstream, ...more });
  return { bench, upstream, copies: () => upstream.attempts.filter(({ target }) => target.clusterName === "copy") };
}

function mirrorRoute(
  configs: readonly RouteActionRequestMirrorPolicy[] = [{ cluster: "copy" }],
  more: Partial<ForwardRoute> & { readonly retry?: RouteRetryPolicy } = {},
): ForwardRoute {
  const context = { diagnostics: new DiagnosticCollector(), clusters: new Set(["app", "copy"]) };
  const mirrors = compileMirrors(configs, ConfigPath.root, context);
  const { retry, ...rest } = more;
  return routeWith({ mirrors, retry: retry && retryPolicy(retry) }, rest);
}

function post(setting: Setting, route: ForwardRoute, body: BodySource): ReturnType<RouterBench["request"]> {
  return setting.bench.request(route, { ":method": "POST" }, body);
}

describe("startMirrors", () => {
  it("sends a copy, which counts for its own cluster only", async ({ expect }) => {
    const setting = setUp({ copy: { status: 503, body: new ScriptedBody("thrown away") } });
    const { client } = setting.bench.request(mirrorRoute(), { "x-a": "b" });
    await idle();
    expect(client).toMatchObject({ complete: true, body: "" });
    expect(setting.copies().map(({ headers }) => headers.get("x-a"))).toEqual(["b"]);
    expect(setting.bench.stat("cluster.copy.upstream_rq_total")).toBe(1);
    expect(setting.bench.stat("cluster.app.upstream_rq_total")).toBe(1);
    expect(setting.bench.stat("cluster.app.upstream_rq_503")).toBe(0);
    expect(setting.bench.leftovers).toEqual([]);
  });

  it.for([
    ["shop.example", {}, "shop.example-shadow"],
    ["shop.example:8080", {}, "shop.example-shadow:8080"],
    ["[2001:db8::1]", {}, "[2001:db8::1]-shadow"],
    ["[2001:db8::1]:8080", {}, "[2001:db8::1]-shadow:8080"],
    ["shop.example:8080", { disableShadowHostSuffixAppend: true }, "shop.example:8080"],
    ["shop.example", { hostRewriteLiteral: "other.example" }, "other.example"],
  ] as const)("host %s with %o becomes %s in the copy alone", ([host, more, shadow], { expect }) => {
    const { bench, upstream } = setUp();
    bench.request(mirrorRoute([{ cluster: "copy", ...more }]), { ":authority": host });
    expect(upstream.attempts.map(({ headers }) => headers.get(":authority"))).toEqual([host, shadow]);
  });

  it("takes the part of requests that the fraction names", ({ expect }) => {
    const setting = setUp({}, { random: new SeededRandom(7) });
    const runtimeFraction = { defaultValue: { numerator: 30 } };
    for (let count = 0; count < 1000; count += 1)
      setting.bench.request(mirrorRoute([{ cluster: "copy", runtimeFraction }]));
    expect(setting.copies().length).toBeGreaterThan(250);
    expect(setting.copies().length).toBeLessThan(350);
  });

  it.for([
    [{ "x-copy-to": "copy" }, 1],
    [{ "x-copy-to": "nowhere" }, 0],
    [{}, 0],
  ] as const)("cluster_header: a request with %o is copied %i times", ([headers, count], { expect }) => {
    const setting = setUp();
    const { client } = setting.bench.request(mirrorRoute([{ clusterHeader: "X-Copy-To" }]), headers);
    expect(setting.copies().length).toBe(count);
    expect(client.complete).toBe(true);
  });

  it("makes no copy where the host has no room, and says so", ({ expect }) => {
    const scope = {
      hasRoom: false,
      beginExchange: () => undefined,
      endExchange: () => undefined,
      keepAlive: () => undefined,
    };
    const setting = setUp({}, { scope });
    setting.bench.request(mirrorRoute());
    expect(setting.copies()).toEqual([]);
    expect(setting.bench.stat("cluster.app.retry_or_shadow_abandoned")).toBe(1);
  });

  it("keeps the host's request open until the copy is over, also when the client has its answer", async ({
    expect,
  }) => {
    const kept: Promise<unknown>[] = [];
    let under = 0;
    const scope: RequestScope = {
      hasRoom: true,
      beginExchange: () => (under += 1),
      endExchange: () => (under -= 1),
      keepAlive: (work) => kept.push(work),
    };
    const setting = setUp({ copy: "stalls" }, { scope });
    const { client } = setting.bench.request(mirrorRoute());
    expect(client.complete).toBe(true);
    expect(under).toBe(1);
    setting.copies()[0]?.settle({ status: 200 });
    await Promise.all(kept);
    expect(kept.length).toBe(1);
    expect(under).toBe(0);
    expect(setting.bench.leftovers).toEqual([]);
  });

  it("gives a copy up after the route's timeout", async ({ expect }) => {
    const setting = setUp({ copy: "stalls" });
    setting.bench.request(mirrorRoute([{ cluster: "copy" }], { timeoutMs: 500 }));
    setting.bench.timers.advance(500);
    await idle();
    expect(setting.copies()[0]?.cancelled).toBe("local reset");
    expect(setting.bench.leftovers).toEqual([]);
  });

  it.for([
    [{ status: 200 }, "200"],
    [{ status: 503 }, "200"],
    [{ fail: "remote reset" }, "200"],
    [{ fail: "remote connection failure", sent: "nothing" }, "200"],
  ] as const)("a copy that ends with %o changes nothing for the client", async ([copy, status], { expect }) => {
    const setting = setUp({ copy });
    const { client, info } = setting.bench.request(mirrorRoute([{ cluster: "copy" }], { retry: { retryOn: "5xx" } }));
    await idle();
    expect(client.headers?.get(":status")).toBe(status);
    expect(info.flagsInOrder).toEqual([]);
    expect(setting.bench.leftovers).toEqual([]);
  });

  it("goes on when the client goes away after the request", async ({ expect }) => {
    const setting = setUp({ app: "stalls", copy: "stalls" });
    const stream = setting.bench.request(mirrorRoute());
    stream.manager.reset("remote reset");
    await idle();
    expect(setting.upstream.attempts[0]?.cancelled).toBe("local reset");
    expect(setting.copies()[0]?.cancelled).toBeUndefined();
    setting.copies()[0]?.settle({ status: 200 });
    await idle();
    expect(setting.bench.leftovers).toEqual([]);
  });

  it.for([{}, { retry: { retryOn: "5xx" } }])("copies a body of any size, with %o", async (policies, { expect }) => {
    const setting = setUp();
    const bytes = Uint8Array.from({ length: 3000 }, (_none, at) => at % 251);
    const route = mirrorRoute([{ cluster: "copy" }], policies);
    const { client } = post(setting, route, new BytesBody(bytes));
    await idle();
    expect(client.complete).toBe(true);
    const received = { received: [...bytes], bodyEnd: "complete" };
    expect(setting.upstream.attempts).toMatchObject([received, received]);
    expect(setting.bench.leftovers).toEqual([]);
  });

  it("is one for all attempts of a request", async ({ expect }) => {
    const setting = setUp({ app: { status: 503 } });
    const route = mirrorRoute([{ cluster: "copy" }], { retry: { retryOn: "5xx", numRetries: 2 } });
    post(setting, route, new BytesBody(Uint8Array.of(1, 2)));
    for (let turn = 0; turn < 3; turn += 1) {
      await idle();
      setting.bench.timers.advance(50);
    }
    await idle();
    expect(setting.upstream.attempts.map(({ received }) => received)).toEqual([
      [1, 2],
      [1, 2],
      [1, 2],
      [1, 2],
    ]);
    expect(setting.copies().length).toBe(1);
    expect(setting.bench.leftovers).toEqual([]);
  });

  it("breaks off with a body that breaks off", async ({ expect }) => {
    const setting = setUp();
    const stream = post(setting, mirrorRoute(), new ScriptedBody("some", "hang"));
    await idle();
    stream.manager.reset("remote reset");
    await idle();
    expect(setting.copies()[0]?.bodyEnd).toBe("remote reset");
    expect(setting.bench.leftovers).toEqual([]);
  });
});
