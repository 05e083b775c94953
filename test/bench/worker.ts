import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { startBareWorker } from "../support/bare-worker.ts";
import { writeConfig } from "../support/sample-config.ts";
import { WorkerdProcess } from "../support/workerd-process.ts";
import type { BenchRow } from "./bench-row.ts";
import { httpLoad, type LoadResult, median, quantile } from "./http-load.ts";
import { processCpuMs } from "./process-cpu.ts";

const GROUP = "worker, small answers";
const EXTENSIONS = "type.googleapis.com/envoy.extensions";
const ROUNDS = 7;
const REQUESTS_PER_ROUND = 6000;
const CONNECTIONS = 16;

/** The least that a Worker can do: the same request to another host. */
const passThrough = (port: number): string => `export default {
  fetch(request) {
    const url = new URL(request.url);
    url.host = "127.0.0.1:${port}";
    return fetch(new Request(url, request), { redirect: "manual" });
  },
};`;

/** The least that a proxy can do that adds Envoy's headers: what this costs more than a pass-through is the platform's part. */
const headersOnly = (port: number): string => `export default {
  async fetch(request) {
    const headers = new Headers(request.headers);
    headers.set("x-forwarded-for", "127.0.0.1");
    headers.set("x-forwarded-proto", "http");
    headers.set("x-forwarded-host", "bench.example");
    headers.set("x-request-id", crypto.randomUUID());
    headers.set("x-envoy-expected-rq-timeout-ms", "15000");
    const { pathname } = new URL(request.url);
    const options = { headers, redirect: "manual", encodeResponseBody: "manual" };
    const { status, headers: upstream, body } = await fetch("http://127.0.0.1:${port}" + pathname, options);
    const answer = new Headers(upstream);
    answer.set("x-envoy-upstream-service-time", "1");
    answer.set("server", "envoy");
    return new Response(body, { status, headers: answer, encodeBody: "manual" });
  },
};`;

interface Contender {
  readonly name: string;
  readonly path: string;
  readonly process: WorkerdProcess;
  readonly cpuUs: number[];
  readonly loads: LoadResult[];
}

/** What a Worker is measured with. */
interface Scenario {
  readonly routes: number;
  /** A retry policy, two filters before the router, and a JSON access log to the console. */
  readonly full: boolean;
}

const SCENARIOS: Readonly<Record<string, Scenario>> = {
  "100 routes": { routes: 100, full: false },
  "100 routes, retries, filters, log": { routes: 100, full: true },
  "10 routes": { routes: 10, full: false },
  "10000 routes": { routes: 10_000, full: false },
};

/** The Worker in several scenarios against a bare pass-through Worker, interleaved, on the same workerd. */
export async function benchWorker(): Promise<BenchRow[]> {
  const backend = createServer((_request, response) => {
    response.setHeader("content-length", "100");
    response.end("a".repeat(100));
  });
  await new Promise<void>((resolve) => backend.listen(0, "127.0.0.1", resolve));
  // A TCP server that listens has an address object.
  const { port } = backend.address() as AddressInfo;
  const contenders = [
    contender("pass-through", 1, await startScript(passThrough(port))),
    contender("pass-through, Envoy's headers", 1, await startScript(headersOnly(port))),
  ];
  for (const [name, scenario] of Object.entries(SCENARIOS)) {
    const config = await writeConfig("bench.json", JSON.stringify(bootstrap(port, scenario)));
    contenders.push(contender(name, scenario.routes, await startBareWorker(config, { quiet: true })));
  }
  for (let round = 0; round <= ROUNDS; round += 1) {
    for (const one of round % 2 === 0 ? contenders : contenders.toReversed()) await measure(one, round > 0);
  }
  await Promise.all(contenders.map(({ process }) => process.stop()));
  backend.closeAllConnections();
  backend.close();
  return contenders.flatMap(rowsOf);
}

function startScript(source: string): Promise<WorkerdProcess> {
  return WorkerdProcess.start([{ name: "index.js", kind: "esModule", source }]);
}

function contender(name: string, routes: number, process: WorkerdProcess): Contender {
  return { name, path: `/service-${routes - 1}/x`, process, cpuUs: [], loads: [] };
}

/** The first round warms up and does not count. */
async function measure(one: Contender, counts: boolean): Promise<void> {
  const before = processCpuMs(one.process.pid);
  const { process, path } = one;
  const load = await httpLoad({ port: process.port, path, connections: CONNECTIONS, requests: REQUESTS_PER_ROUND });
  if (!counts) return;
  one.cpuUs.push(((processCpuMs(process.pid) - before) * 1000) / REQUESTS_PER_ROUND);
  one.loads.push(load);
}

function rowsOf({ name, cpuUs, loads }: Contender): BenchRow[] {
  const latencies = loads.flatMap((load) => load.latencies).toSorted((a, b) => a - b);
  const row = (metric: string, value: number, unit: string): BenchRow => ({
    group: GROUP,
    name,
    metric,
    value,
    unit,
    ...(name === "pass-through" ? {} : { ratioTo: "pass-through" }),
  });
  return [
    row("CPU per request", median(cpuUs), "µs"),
    row("throughput", median(loads.map(({ elapsedMs }) => (REQUESTS_PER_ROUND * 1000) / elapsedMs)), "req/s"),
    row("p50", quantile(latencies, 0.5), "ms"),
    row("p99", quantile(latencies, 0.99), "ms"),
  ];
}

/** A bootstrap with prefix routes to one cluster, as JSON, which is YAML too. */
function bootstrap(port: number, { routes, full }: Scenario): unknown {
  const manager = extension("hcm", "filters.network.http_connection_manager.v3.HttpConnectionManager", {
    stat_prefix: "bench",
    use_remote_address: true,
    route_config: { virtual_hosts: [virtualHost(routes, full)] },
    http_filters: [...(full ? FILTERS : []), extension("router", "filters.http.router.v3.Router", {})],
    ...(full && { access_log: [ACCESS_LOG] }),
  });
  const address = (portValue: number): object => ({ socket_address: { address: "127.0.0.1", port_value: portValue } });
  const endpoints = [{ lb_endpoints: [{ endpoint: { address: address(port) } }] }];
  return {
    static_resources: {
      listeners: [{ name: "http", address: address(8080), filter_chains: [{ filters: [manager] }] }],
      clusters: [{ name: "app", load_assignment: { cluster_name: "app", endpoints } }],
    },
  };
}

function extension(name: string, type: string, fields: object): object {
  return { name, typed_config: { "@type": `${EXTENSIONS}.${type}`, ...fields } };
}

function virtualHost(routes: number, full: boolean): object {
  const all = Array.from({ length: routes }, (_, at) => ({
    match: { prefix: `/service-${at}/` },
    route: { cluster: "app", ...(full && { retry_policy: { retry_on: "5xx,reset", num_retries: 2 } }) },
  }));
  return { name: "all", domains: ["*"], routes: all };
}

const FILTERS = [
  extension("cors", "filters.http.cors.v3.Cors", {}),
  extension("headers", "filters.http.header_mutation.v3.HeaderMutation", {
    mutations: {
      request_mutations: [{ append: { header: { key: "x-bench", value: "1" } } }],
      response_mutations: [{ append: { header: { key: "x-served-by", value: "bench" } } }],
    },
  }),
];

const ACCESS_LOG = extension("log", "access_loggers.stream.v3.StdoutAccessLog", {
  log_format: {
    json_format: {
      time: "%START_TIME%",
      method: "%REQ(:METHOD)%",
      path: "%REQ(X-ENVOY-ORIGINAL-PATH?:PATH)%",
      status: "%RESPONSE_CODE%",
      flags: "%RESPONSE_FLAGS%",
      duration: "%DURATION%",
      upstream: "%UPSTREAM_HOST%",
      agent: "%REQ(USER-AGENT)%",
      id: "%REQ(X-REQUEST-ID)%",
    },
  },
});
