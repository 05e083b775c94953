import { type AdminApp, createAdminApp } from "../shared/proxy/admin/admin-app.ts";
import type { AdminSource, ClusterStatus, ListenerStatus } from "../shared/proxy/admin/admin-source.ts";
import { clusterStatuses, hostStatus, outlierAverages } from "../shared/proxy/admin/cluster-status.ts";
import { compileNameFilter } from "../shared/proxy/admin/compile-name-filter.ts";
import type { CompiledConfig } from "../shared/proxy/compiled-config.ts";
import type { HttpProxy } from "../shared/proxy/http-proxy.ts";
import type { JsonObject } from "../shared/schema/json-value.ts";
import type { LocalStats } from "../shared/stats/local-stats.ts";
import type { Cluster } from "../shared/upstream/cluster.ts";
import type { Bindings } from "./host/edge-transport.ts";
import { platformClock, platformLogger } from "./host/platform-ports.ts";

/** The variable or secret that turns the admin interface on; without it there is none. */
const ADMIN_SECRET = "NUNCIO_ADMIN_SECRET";
/** Where the admin interface stands among the router's own paths. */
const ADMIN_PREFIX = "/.nuncio/admin";

/** The admin interface of one isolate: what it shows is what this isolate knows, not the whole edge. */
export class EdgeAdmin {
  readonly #source: AdminSource;
  #app: AdminApp | undefined;

  constructor(config: CompiledConfig, proxy: HttpProxy, stats: LocalStats) {
    this.#source = adminSource(config, proxy, stats);
  }

  /** The answer of the admin interface, if it is on and the request is meant for it. */
  app(request: Request, bindings: Bindings): Promise<Response> | undefined {
    const secret = bindings[ADMIN_SECRET];
    if (typeof secret !== "string" || secret === "") return undefined;
    const url = new URL(request.url);
    if (url.pathname !== ADMIN_PREFIX && !url.pathname.startsWith(`${ADMIN_PREFIX}/`)) return undefined;
    url.pathname = url.pathname.slice(ADMIN_PREFIX.length) || "/";
    this.#app ??= createAdminApp(this.#source, {
      compileFilter: compileNameFilter,
      secret,
      onError: (error) => platformLogger.log("error", "admin_failure", { reason: String(error) }),
    });
    return this.#app.fetch(new Request(url, request));
  }
}

function adminSource(config: CompiledConfig, proxy: HttpProxy, stats: LocalStats): AdminSource {
  let startedMs: number | undefined;
  /** Time stands still until the first request, so an isolate counts its age from the first question. */
  const started = (): number => (startedMs ??= platformClock.wallMs());
  return {
    state: () => "LIVE",
    serverInfo: () => ({
      version: `${config.hash}/nuncio/Clean/RELEASE/workerd`,
      uptimeSeconds: Math.floor((platformClock.wallMs() - started()) / 1000),
      commandLineOptions: {},
      node: nodeOf(config),
    }),
    stats: stats.view,
    resetCounters: stats.resetCounters,
    clusters: () => statuses([...proxy.clusters.clusters()]),
    listeners: () => listenerStatus(proxy),
    configDump: () => ({ bootstrap: dumpOf(config), lastUpdated: rfc3339(started()) }),
  };
}

function nodeOf({ bootstrap }: CompiledConfig): JsonObject {
  const { id = "", cluster = "" } = bootstrap.node ?? {};
  return { id, cluster };
}

function statuses(clusters: readonly Cluster[]): readonly ClusterStatus[] {
  const hosts = clusters.flatMap((cluster) =>
    cluster.hosts.map((host) => ({ cluster: cluster.info.name, host: hostStatus(host) })),
  );
  const byName = new Map(clusters.map((cluster) => [cluster.info.name, cluster]));
  return clusterStatuses(
    clusters.map(({ info }) => info),
    hosts,
    (name) => outlierAverages(byName.get(name)?.outlierThresholds()),
  );
}

/** `nuncio build` wrote it as the text of an object. */
function dumpOf(config: CompiledConfig): JsonObject {
  return JSON.parse(config.dump) as JsonObject;
}

function rfc3339(wallMs: number): string {
  return new Date(wallMs).toISOString();
}

/** A Worker has no address; what the configuration asks for is shown. */
function listenerStatus({ listeners }: HttpProxy): readonly ListenerStatus[] {
  return listeners.map(({ name, config }) => {
    const { address: ip = "", portValue: port = 0 } = config.address?.socketAddress ?? {};
    return { name, address: { kind: "socket", ip, port } };
  });
}
