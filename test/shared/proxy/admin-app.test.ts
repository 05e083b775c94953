import { describe, it } from "vitest";
import { err, ok } from "../../../shared/base/result.ts";
import { type AdminApp, type AdminAppOptions, createAdminApp } from "../../../shared/proxy/admin/admin-app.ts";
import type { AdminSource, ClusterStatus, DrainOptions, HostStatus } from "../../../shared/proxy/admin/admin-source.ts";
import { createLocalStats, type LocalStats } from "../../../shared/stats/local-stats.ts";

const HOST: HostStatus = {
  address: { kind: "socket", ip: "127.0.0.1", port: 19905 },
  hostname: "hh",
  counters: {
    cxActive: 1,
    cxConnectFail: 0,
    cxTotal: 2,
    rqActive: 0,
    rqError: 0,
    rqPendingActive: 0,
    rqSuccess: 3,
    rqTimeout: 0,
    rqTotal: 4,
  },
  healthFlags: ["failed_active_hc"],
  weight: 3,
  locality: { region: "r", zone: "z", subZone: "" },
  canary: false,
  priority: 0,
  successRate: -1,
  localOriginSuccessRate: -1,
};

const LIMITS = { maxConnections: 1024, maxPendingRequests: 1024, maxRequests: 1024, maxRetries: 3 };

const CLUSTERS: readonly ClusterStatus[] = [
  {
    name: "svc:one",
    observabilityName: "svc:one",
    addedViaApi: false,
    defaultPriority: { ...LIMITS, maxConnections: 7 },
    highPriority: { ...LIMITS, maxRequests: 3 },
    outlier: {
      successRateAverage: -1,
      successRateEjectionThreshold: -1,
      localOriginSuccessRateAverage: -1,
      localOriginSuccessRateEjectionThreshold: -1,
    },
    hosts: [HOST],
  },
  {
    name: "mongo",
    observabilityName: "alt",
    addedViaApi: false,
    defaultPriority: LIMITS,
    highPriority: LIMITS,
    hosts: [],
  },
];

const BOOTSTRAP = {
  node: { id: "n1" },
  static_resources: {
    listeners: [
      {
        name: "web",
        filter_chains: [{ filters: [{ name: "hcm", typed_config: { route_config: { name: "local_route" } } }] }],
        default_filter_chain: { filters: [{ name: "tcp", typed_config: { cluster: "mongo" } }] },
      },
    ],
    clusters: [{ name: "mongo" }, { name: "svc:one" }],
  },
};

interface Fixture {
  readonly app: AdminApp;
  readonly stats: LocalStats;
  /** What was done to the process, in order. */
  readonly done: unknown[];
  readonly get: (path: string, init?: { method?: string; headers?: Record<string, string> }) => Promise<Response>;
  readonly body: (path: string) => Promise<string>;
}

function startAdmin(
  options: Partial<AdminAppOptions> = {},
  overrides: Partial<AdminSource> = {},
  lacks: readonly ("drainListeners" | "failHealthChecks" | "configDump")[] = [],
): Fixture {
  const stats = createLocalStats();
  const done: unknown[] = [];
  const source: AdminSource = {
    state: () => "LIVE",
    serverInfo: () => ({ version: "nuncio/0.1.0", uptimeSeconds: 9, commandLineOptions: { concurrency: 2 }, node: {} }),
    stats: stats.view,
    resetCounters: () => stats.resetCounters(),
    clusters: () => Promise.resolve(CLUSTERS),
    listeners: () => [
      { name: "web", address: { kind: "socket", ip: "127.0.0.1", port: 19906 } },
      { name: "six", address: { kind: "socket", ip: "::1", port: 80 } },
      { name: "unix", address: { kind: "pipe", path: "/run/x.sock" } },
    ],
    configDump: () => ({ bootstrap: BOOTSTRAP, lastUpdated: "2026-01-31T12:00:00.000Z" }),
    drainListeners: (drain: DrainOptions) => void done.push(drain),
    failHealthChecks: (fail) => void done.push(fail),
    ...overrides,
  };
  for (const member of lacks) delete source[member];
  const compileFilter: AdminAppOptions["compileFilter"] = (pattern) =>
    pattern === "(" ? err("missing ): (") : ok((name) => name.includes(pattern));
  const app = createAdminApp(source, { compileFilter, ...options });
  const get: Fixture["get"] = (path, init) => app.fetch(new Request(`http://admin.test${path}`, init));
  return { app, stats, done, get, body: async (path) => (await get(path)).text() };
}

describe("createAdminApp", () => {
  it.for([
    { state: "LIVE", status: 200 },
    { state: "DRAINING", status: 503 },
    { state: "INITIALIZING", status: 503 },
  ] as const)("/ready answers $status while $state", async ({ state, status }, { expect }) => {
    const { get } = startAdmin({}, { state: () => state });
    const response = await get("/ready");
    expect([response.status, await response.text()]).toEqual([status, `${state}\n`]);
  });

  it("answers with the headers that Envoy's admin interface sets", async ({ expect }) => {
    const { headers } = await startAdmin().get("/ready");
    expect(headers.get("content-type")).toBe("text/plain; charset=UTF-8");
    expect(headers.get("cache-control")).toBe("no-cache, max-age=0");
    expect(headers.get("x-content-type-options")).toBe("nosniff");
  });

  it("HEAD answers as GET without a body", async ({ expect }) => {
    const response = await startAdmin().get("/ready", { method: "HEAD" });
    expect([response.status, await response.text()]).toEqual([200, ""]);
  });

  it("lists its commands under /help, on the home page and for an unknown path", async ({ expect }) => {
    const { body, get } = startAdmin();
    const help = await body("/help");
    expect(help).toMatch(/^admin commands are:\n {2}\/: Admin home page\n/);
    expect(help).toContain("\n  /drain_listeners (POST): drain listeners\n      graceful: ");
    expect(await body("/")).toContain('<a href="server_info">/server_info</a>');
    const unknown = await get("/nope");
    expect([unknown.status, await unknown.text()]).toEqual([404, `invalid path. ${help}`]);
  });

  it.for(["/drain_listeners", "/reset_counters", "/healthcheck/fail", "/healthcheck/ok"])(
    "%s needs POST",
    async (path, { expect }) => {
      const { get, done } = startAdmin();
      const response = await get(path);
      expect([response.status, await response.text()]).toEqual([405, "Method GET not allowed, POST required."]);
      expect(await (await get(path, { method: "DELETE" })).text()).toBe("Method DELETE not allowed, POST required.");
      expect(done).toEqual([]);
      expect(await (await get(path, { method: "POST" })).text()).toBe("OK\n");
    },
  );

  it("drain_listeners passes its switches on and refuses skip_exit alone", async ({ expect }) => {
    const { get, done } = startAdmin();
    await get("/drain_listeners", { method: "POST" });
    await get("/drain_listeners?graceful&inboundonly&skip_exit", { method: "POST" });
    const refused = await get("/drain_listeners?skip_exit", { method: "POST" });
    expect([refused.status, await refused.text()]).toEqual([400, "skip_exit requires graceful\n"]);
    expect(done).toEqual([
      { graceful: false, inboundOnly: false, skipExit: false },
      { graceful: true, inboundOnly: true, skipExit: true },
    ]);
  });

  it("healthcheck turns failing on and off", async ({ expect }) => {
    const { get, done } = startAdmin();
    await get("/healthcheck/fail", { method: "POST" });
    await get("/healthcheck/ok", { method: "POST" });
    expect(done).toEqual([true, false]);
  });

  it("says what a host cannot do", async ({ expect }) => {
    const { get } = startAdmin({}, {}, ["drainListeners", "failHealthChecks", "configDump"]);
    const statuses = await Promise.all([
      get("/drain_listeners", { method: "POST" }),
      get("/healthcheck/fail", { method: "POST" }),
      get("/config_dump"),
    ]);
    expect(statuses.map(({ status }) => status)).toEqual([501, 501, 501]);
  });

  it("never shows an error's text to the client", async ({ expect }) => {
    const seen: unknown[] = [];
    const failure = new Error("private detail");
    const { get } = startAdmin({ onError: (error) => seen.push(error) }, { clusters: () => Promise.reject(failure) });
    const response = await get("/clusters");
    expect([response.status, await response.text(), seen]).toEqual([500, "internal error\n", [failure]]);
  });

  it("serves only allowed paths, matched with their query", async ({ expect }) => {
    const { get } = startAdmin({ allowPath: (path) => path === "/ready" });
    expect((await get("/ready")).status).toBe(200);
    const refused = await get("/stats?x");
    expect([refused.status, await refused.text()]).toEqual([403, "request to path /stats?x not allowed"]);
  });

  it.for<Record<string, string>>([
    {},
    { authorization: "" },
    { authorization: "Bearer" },
    { authorization: "Bearer wrong!" },
    { authorization: "Bearer s3cre" },
    { authorization: "Bearer s3crets" },
    { authorization: "Basic s3cret" },
    { "x-authorization": "Bearer s3cret" },
  ])("hides itself from a request with %j", async (headers, { expect }) => {
    const { get } = startAdmin({ secret: "s3cret" });
    const response = await get("/ready", { headers });
    expect([response.status, await response.text()]).toEqual([404, "not found\n"]);
  });

  it("answers a request that brings its secret", async ({ expect }) => {
    const { get } = startAdmin({ secret: "s3cret" });
    expect((await get("/ready", { headers: { authorization: "Bearer s3cret" } })).status).toBe(200);
  });
});

describe("/stats", () => {
  it("prints, filters and keeps to what was used", async ({ expect }) => {
    const { stats, body } = startAdmin();
    stats.store.counter("a.total").add(2);
    stats.store.counter("b.total");
    stats.store.gauge("a.active").set(0);
    expect(await body("/stats")).toBe("a.active: 0\na.total: 2\nb.total: 0\n");
    expect(await body("/stats?filter=total")).toBe("a.total: 2\nb.total: 0\n");
    expect(await body("/stats?usedonly")).toBe("a.active: 0\na.total: 2\n");
    expect(await body("/stats?type=Gauges")).toBe("a.active: 0\n");
    expect(await body("/stats?type=TextReadouts")).toBe("");
    expect(await body("/stats?format=json&filter=b")).toBe('{"stats":[{"name":"b.total","value":0}]}');
  });

  it("prints the same for /stats/prometheus and format=prometheus", async ({ expect }) => {
    const { stats, body } = startAdmin();
    stats.store.counter("cluster.a.upstream_rq_200").add(2);
    const expected = `# TYPE envoy_cluster_upstream_rq counter\nenvoy_cluster_upstream_rq{envoy_response_code="200",envoy_cluster_name="a"} 2\n`;
    expect(await body("/stats/prometheus")).toBe(expected);
    expect(await body("/stats?format=prometheus")).toBe(expected);
    expect(await body("/stats/prometheus?filter=nothing")).toBe("");
  });

  it("shows histograms as asked", async ({ expect }) => {
    const { stats, body } = startAdmin();
    stats.store.histogram("t", "ms").record(1);
    expect(await body("/stats?histogram_buckets=detailed")).toContain("totals=1,0.1:1\n");
    expect(await body("/stats/prometheus?histogram_buckets=summary")).toContain("# TYPE envoy_t summary\n");
  });

  it.for([
    { path: "/stats?filter=(", text: "Invalid re2 regex: missing ): (" },
    { path: "/stats?format=xx", text: "usage: /stats?format=(json|prometheus|text)" },
    { path: "/stats?format=html", text: "format=html is not implemented" },
    { path: "/stats?type=zz", text: "invalid &type= param" },
    { path: "/stats?histogram_buckets=zz", text: "usage: /stats?histogram_buckets=" },
    { path: "/stats/prometheus?histogram_buckets=disjoint", text: "usage: /stats/prometheus?histogram_buckets=" },
    { path: "/clusters?filter=(", text: "Invalid re2 regex" },
    { path: "/config_dump?name_regex=(", text: "Error while parsing name_regex" },
    { path: "/config_dump?mask=bootstrap", text: "mask is not implemented" },
    { path: "/config_dump?include_eds", text: "include_eds is not implemented" },
    { path: "/config_dump?resource=bootstrap", text: "bootstrap is not a repeated field" },
  ])("refuses $path", async ({ path, text }, { expect }) => {
    const response = await startAdmin().get(path);
    expect([response.status, await response.text()]).toEqual([400, expect.stringContaining(text)]);
  });

  it("reset_counters zeroes counters", async ({ expect }) => {
    const { stats, body, get } = startAdmin();
    stats.store.counter("c").add(5);
    stats.store.gauge("g").set(5);
    await get("/reset_counters", { method: "POST" });
    expect(await body("/stats?usedonly")).toBe("c: 0\ng: 5\n");
  });
});

describe("/clusters, /listeners, /server_info", () => {
  it("/clusters prints Envoy's lines, by cluster name", async ({ expect }) => {
    const lines = (await startAdmin().body("/clusters")).split("\n");
    expect(lines[0]).toBe("mongo::observability_name::alt");
    expect(lines.slice(10, 20)).toEqual([
      "svc:one::observability_name::svc:one",
      "svc:one::outlier::success_rate_average::-1",
      "svc:one::outlier::success_rate_ejection_threshold::-1",
      "svc:one::outlier::local_origin_success_rate_average::-1",
      "svc:one::outlier::local_origin_success_rate_ejection_threshold::-1",
      "svc:one::default_priority::max_connections::7",
      "svc:one::default_priority::max_pending_requests::1024",
      "svc:one::default_priority::max_requests::1024",
      "svc:one::default_priority::max_retries::3",
      "svc:one::high_priority::max_connections::1024",
    ]);
    expect(lines.slice(23)).toEqual([
      "svc:one::added_via_api::false",
      ...`cx_active::1 cx_connect_fail::0 cx_total::2 rq_active::0 rq_error::0 rq_pending_active::0 rq_success::3
        rq_timeout::0 rq_total::4 hostname::hh health_flags::/failed_active_hc weight::3 region::r zone::z sub_zone::
        canary::false priority::0 success_rate::-1 local_origin_success_rate::-1`
        .split(/\s+/)
        .map((rest) => `svc:one::127.0.0.1:19905::${rest}`),
      "",
    ]);
  });

  it("/clusters?format=json leaves defaults out, as proto3 JSON does", async ({ expect }) => {
    const document: unknown = JSON.parse(await startAdmin().body("/clusters?format=json"));
    const limits = { max_connections: 1024, max_pending_requests: 1024, max_requests: 1024, max_retries: 3 };
    expect(document).toEqual({
      cluster_statuses: [
        {
          name: "mongo",
          circuit_breakers: { thresholds: [limits, { priority: "HIGH", ...limits }] },
          observability_name: "alt",
        },
        {
          name: "svc:one",
          host_statuses: [
            {
              address: { socket_address: { address: "127.0.0.1", port_value: 19905 } },
              stats: [
                { name: "cx_connect_fail" },
                { value: "2", name: "cx_total" },
                { name: "rq_error" },
                { value: "3", name: "rq_success" },
                { name: "rq_timeout" },
                { value: "4", name: "rq_total" },
                { type: "GAUGE", value: "1", name: "cx_active" },
                { type: "GAUGE", name: "rq_active" },
                { type: "GAUGE", name: "rq_pending_active" },
              ],
              health_status: { failed_active_health_check: true, eds_health_status: "HEALTHY" },
              weight: 3,
              hostname: "hh",
              locality: { region: "r", zone: "z" },
            },
          ],
          circuit_breakers: {
            thresholds: [
              { ...limits, max_connections: 7 },
              { priority: "HIGH", ...limits, max_requests: 3 },
            ],
          },
          observability_name: "svc:one",
        },
      ],
    });
  });

  it("/clusters?filter= keeps the clusters that match", async ({ expect }) => {
    expect(await startAdmin().body("/clusters?filter=mo")).not.toContain("svc:one");
  });

  it("/clusters says healthy and names a host's other marks", async ({ expect }) => {
    const hosts: readonly HostStatus[] = [
      { ...HOST, healthFlags: [], address: { kind: "internal", listener: "inner" } },
      { ...HOST, healthFlags: ["failed_outlier_check", "failed_eds_health"], priority: 1 },
    ];
    const { body } = startAdmin({}, { clusters: () => [{ ...CLUSTERS[1], name: "c", hosts } as ClusterStatus] });
    expect(await body("/clusters")).toContain("c::envoy://inner/::health_flags::healthy\n");
    expect(await body("/clusters")).toContain("::health_flags::/failed_outlier_check/failed_eds_health\n");
    expect(await body("/clusters?format=json")).toContain('"eds_health_status": "UNHEALTHY"');
  });

  it("/listeners prints name and address", async ({ expect }) => {
    const { body } = startAdmin();
    expect(await body("/listeners")).toBe("web::127.0.0.1:19906\nsix::[::1]:80\nunix::/run/x.sock\n");
    expect(JSON.parse(await body("/listeners?format=json"))).toMatchObject({
      listener_statuses: [
        { name: "web", local_address: { socket_address: { address: "127.0.0.1", port_value: 19906 } } },
        { name: "six" },
        { name: "unix", local_address: { pipe: { path: "/run/x.sock" } } },
      ],
    });
  });

  it("/server_info prints version, state and uptime", async ({ expect }) => {
    expect(JSON.parse(await startAdmin().body("/server_info"))).toEqual({
      version: "nuncio/0.1.0",
      state: "LIVE",
      uptime_current_epoch: "9s",
      uptime_all_epochs: "9s",
      hot_restart_version: "disabled",
      command_line_options: { concurrency: 2 },
      node: {},
    });
  });
});

describe("/config_dump", () => {
  const lastUpdated = { last_updated: "2026-01-31T12:00:00.000Z" };
  const route = { "@type": "type.googleapis.com/envoy.config.route.v3.RouteConfiguration", name: "local_route" };

  it("prints the bootstrap, and its resources by kind", async ({ expect }) => {
    const dump: { configs: Record<string, unknown>[] } = JSON.parse(await startAdmin().body("/config_dump"));
    expect(dump.configs.map((config) => config["@type"])).toEqual(
      ["Bootstrap", "Clusters", "Listeners", "Routes"].map(
        (kind) => `type.googleapis.com/envoy.admin.v3.${kind}ConfigDump`,
      ),
    );
    expect(dump.configs[0]).toMatchObject({ bootstrap: BOOTSTRAP, ...lastUpdated });
    expect(dump.configs[1]).toMatchObject({
      static_clusters: [
        { cluster: { "@type": "type.googleapis.com/envoy.config.cluster.v3.Cluster", name: "mongo" }, ...lastUpdated },
        { cluster: { name: "svc:one" } },
      ],
    });
    expect(dump.configs[2]).toMatchObject({ static_listeners: [{ listener: { name: "web" }, ...lastUpdated }] });
    expect(dump.configs[3]).toMatchObject({ static_route_configs: [{ route_config: route, ...lastUpdated }] });
  });

  it("prints one kind, and only names that match", async ({ expect }) => {
    const { body, get } = startAdmin();
    expect(JSON.parse(await body("/config_dump?resource=static_route_configs"))).toEqual({
      configs: [
        {
          "@type": "type.googleapis.com/envoy.admin.v3.RoutesConfigDump.StaticRouteConfig",
          route_config: route,
          ...lastUpdated,
        },
      ],
    });
    expect(await body("/config_dump?resource=static_clusters&name_regex=mon")).not.toContain("svc:one");
    expect(JSON.parse(await body("/config_dump?resource=static_clusters&name_regex=nothing"))).toEqual({});
    const unknown = await get("/config_dump?resource=zz");
    expect([unknown.status, await unknown.text()]).toEqual([404, "zz not found in config dump"]);
  });

  it("takes a bootstrap without resources", async ({ expect }) => {
    const { body } = startAdmin({}, { configDump: () => ({ bootstrap: {}, lastUpdated: "" }) });
    expect(await body("/config_dump")).toContain("RoutesConfigDump");
  });
});
