import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { startBareWorker } from "../support/bare-worker.ts";
import { writeConfig } from "../support/sample-config.ts";
import { WorkerdProcess } from "../support/workerd-process.ts";
import type { BenchRow } from "./bench-row.ts";
import { httpLoad, type LoadResult, median, quantile } from "./http-load.ts";
import { processCpuMs } from "./process-cpu.ts";

const GROUP = "worker, small answers";
const ROUTES = 100;
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

interface Contender {
  readonly name: string;
  readonly process: WorkerdProcess;
  readonly cpuUs: number[];
  readonly loads: LoadResult[];
}

/** The Worker with a table of 100 routes against a bare pass-through Worker, interleaved, on the same workerd. */
export async function benchWorker(): Promise<BenchRow[]> {
  const backend = createServer((_request, response) => {
    response.setHeader("content-length", "100");
    response.end("a".repeat(100));
  });
  await new Promise<void>((resolve) => backend.listen(0, "127.0.0.1", resolve));
  // A TCP server that listens has an address object.
  const { port } = backend.address() as AddressInfo;
  const contenders: Contender[] = [
    contender("nuncio", await startBareWorker(await writeConfig("bench.json", JSON.stringify(routing(port))))),
    contender(
      "pass-through",
      await WorkerdProcess.start([{ name: "index.js", kind: "esModule", source: passThrough(port) }]),
    ),
  ];
  for (let round = 0; round <= ROUNDS; round += 1) {
    for (const one of round % 2 === 0 ? contenders : contenders.toReversed()) await measure(one, round > 0);
  }
  await Promise.all(contenders.map(({ process }) => process.stop()));
  backend.closeAllConnections();
  backend.close();
  return contenders.flatMap(rowsOf);
}

function contender(name: string, process: WorkerdProcess): Contender {
  return { name, process, cpuUs: [], loads: [] };
}

/** The first round warms up and does not count. */
async function measure(one: Contender, counts: boolean): Promise<void> {
  const before = processCpuMs(one.process.pid);
  const path = `/service-${ROUTES - 1}/x`;
  const load = await httpLoad({ port: one.process.port, path, connections: CONNECTIONS, requests: REQUESTS_PER_ROUND });
  if (!counts) return;
  one.cpuUs.push(((processCpuMs(one.process.pid) - before) * 1000) / REQUESTS_PER_ROUND);
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

/** A bootstrap with 100 prefix routes to one cluster, as JSON, which is YAML too. */
function routing(port: number): unknown {
  const extension = (name: string, type: string, fields: object): object => ({
    name,
    typed_config: { "@type": `type.googleapis.com/envoy.extensions.filters.${type}`, ...fields },
  });
  const manager = extension("hcm", "network.http_connection_manager.v3.HttpConnectionManager", {
    stat_prefix: "bench",
    use_remote_address: true,
    route_config: { virtual_hosts: [{ name: "all", domains: ["*"], routes: Array.from({ length: ROUTES }, routeAt) }] },
    http_filters: [extension("router", "http.router.v3.Router", {})],
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

function routeAt(_value: unknown, position: number): object {
  return { match: { prefix: `/service-${position}/` }, route: { cluster: "app" } };
}
