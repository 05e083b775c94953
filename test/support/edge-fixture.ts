import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { NuncioProcess } from "./nuncio-process.ts";
import { writeConfig } from "./sample-config.ts";

const MANAGER = "type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager";
const FILTERS = "type.googleapis.com/envoy.extensions.filters.http";

export interface EdgeFixtureOptions {
  /** What the backend does. */
  readonly backend: (request: IncomingMessage, response: ServerResponse) => void;
  /** HTTP filters before the router, as JSON. */
  readonly filters?: readonly object[];
  /** Routes before the catch-all to the backend, as JSON. */
  readonly routes?: readonly object[];
  /** Clusters beside `app`, as JSON. */
  readonly clusters?: readonly object[];
  /** Further fields of the connection manager. */
  readonly manager?: object;
  readonly args?: readonly string[];
}

/** One real backend, and `nuncio edge` in front of it. */
export class EdgeFixture {
  readonly backend: Server;
  readonly nuncio: NuncioProcess;

  private constructor(backend: Server, nuncio: NuncioProcess) {
    this.backend = backend;
    this.nuncio = nuncio;
  }

  static async start(options: EdgeFixtureOptions): Promise<EdgeFixture> {
    const backend = createServer(options.backend);
    await new Promise<void>((resolve) => backend.listen(0, "127.0.0.1", resolve));
    // A TCP server that listens has an address object.
    const { port } = backend.address() as AddressInfo;
    const config = await writeConfig("edge.json", JSON.stringify(bootstrap(options, port)));
    const nuncio = await NuncioProcess.start(["edge", "-c", config, "--port", "0", ...(options.args ?? [])]);
    return new EdgeFixture(backend, nuncio);
  }

  get port(): number {
    return this.nuncio.port;
  }

  url(path: string): string {
    return `http://127.0.0.1:${this.port}${path}`;
  }

  async stop(): Promise<void> {
    await this.nuncio.stop();
    this.backend.closeAllConnections();
    await new Promise<void>((resolve) => this.backend.close(() => resolve()));
  }
}

/** A cluster with one endpoint, given as an Envoy `Address`. */
export function clusterOf(name: string, address: object): object {
  const endpoints = [{ lb_endpoints: [{ endpoint: { address } }] }];
  return { name, load_assignment: { cluster_name: name, endpoints } };
}

export function httpFilter(name: string, type: string, fields: object = {}): object {
  return { name, typed_config: { "@type": `${FILTERS}.${type}`, ...fields } };
}

export function loopback(port: number): object {
  return { socket_address: { address: "127.0.0.1", port_value: port } };
}

function bootstrap(
  { filters = [], routes = [], clusters = [], manager = {} }: EdgeFixtureOptions,
  port: number,
): unknown {
  const typedConfig = {
    "@type": MANAGER,
    stat_prefix: "edge",
    use_remote_address: true,
    ...manager,
    route_config: {
      virtual_hosts: [
        { name: "all", domains: ["*"], routes: [...routes, { match: { prefix: "/" }, route: { cluster: "app" } }] },
      ],
    },
    http_filters: [...filters, httpFilter("router", "router.v3.Router")],
  };
  const chain = { filters: [{ name: "hcm", typed_config: typedConfig }] };
  return {
    static_resources: {
      listeners: [{ name: "http", address: loopback(80), filter_chains: [chain] }],
      clusters: [clusterOf("app", loopback(port)), ...clusters],
    },
  };
}
