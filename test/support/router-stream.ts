import type { BodyRead, BodySource } from "../../shared/http/body-source.ts";
import { END } from "../../shared/http/body-source.ts";
import type { RequestScope } from "../../shared/host/request-scope.ts";
import type { UpstreamTransport } from "../../shared/host/upstream-transport.ts";
import { HeaderMap } from "../../shared/http/header-map.ts";
import type { ResetReason } from "../../shared/http/reset-reason.ts";
import { type DownstreamInfo, StreamInfo } from "../../shared/http/stream-info.ts";
import { createFilterChain, type FilterChain } from "../../shared/http-filter/filter-chain.ts";
import { FilterManager } from "../../shared/http-filter/filter-manager.ts";
import { createRouterFactory } from "../../shared/filters/http/router/router-factory.ts";
import { ConfigPath } from "../../shared/diagnostics/config-path.ts";
import { DiagnosticCollector } from "../../shared/diagnostics/collector.ts";
import type { Route } from "../../shared/router/route.ts";
import type { Cluster as ClusterConfig, HttpRouterRouter } from "../../shared/schema/envoy-types.ts";
import { createLocalStats } from "../../shared/stats/local-stats.ts";
import { Cluster } from "../../shared/upstream/cluster.ts";
import { FakeTimers, RecordingLogger, SeededRandom } from "./fakes.ts";
import { FakeUpstreamTransport } from "./fake-transport.ts";
import { capabilitiesOf, compiledCluster } from "./sample-cluster.ts";

export interface RouterBenchOptions {
  readonly clusters?: readonly ClusterConfig[];
  readonly config?: HttpRouterRouter;
  readonly random?: SeededRandom;
  /** Takes the place of the bench's own. */
  readonly upstream?: UpstreamTransport;
  /** What the host grants to every request. */
  readonly scope?: RequestScope;
}

/** What came back to the client. */
export interface ClientSide {
  headers: HeaderMap | undefined;
  body: string;
  /** Whether the body came to its regular end. */
  complete: boolean;
  upgraded: unknown;
  reset: ResetReason | undefined;
}

export interface RunningStream {
  readonly info: StreamInfo;
  readonly client: ClientSide;
  readonly manager: FilterManager;
}

/** A router filter, alone in its chain, with a fake upstream, fake time, and a client that reads whatever comes. */
export class RouterBench {
  readonly timers = new FakeTimers();
  readonly transport = new FakeUpstreamTransport();
  readonly logger = new RecordingLogger();
  readonly #stats = createLocalStats();
  readonly #random: SeededRandom;
  readonly #clusters: ReadonlyMap<string, Cluster>;
  readonly #chain: FilterChain;
  readonly #downstream: DownstreamInfo;

  constructor({ clusters = [], config = {}, random = new SeededRandom(), upstream, scope }: RouterBenchOptions = {}) {
    this.#random = random;
    this.#downstream = scope === undefined ? DOWNSTREAM : { ...DOWNSTREAM, scope };
    const stats = this.#stats.store;
    this.#clusters = new Map(
      clusters.map((cluster) => {
        const info = compiledCluster(cluster);
        return [info.name, new Cluster({ info, names: "resolve", random, clock: this.timers.clock, stats })];
      }),
    );
    const { timers } = this;
    const transport = upstream ?? this.transport;
    const create = createRouterFactory({ clusters: this.#clusters, transport, timers, stats }).prepare(config, {
      filterName: "router",
      path: ConfigPath.root,
      diagnostics: new DiagnosticCollector(),
      capabilities: capabilitiesOf("node"),
      stats: stats.scope("http.test"),
    });
    if (create === undefined) throw new Error("the router filter was refused");
    const chain = createFilterChain([{ name: "router", terminal: true, create }]);
    if (!chain.ok) throw new Error(chain.error);
    this.#chain = chain.value;
  }

  cluster(name: string): Cluster | undefined {
    return this.#clusters.get(name);
  }

  /** A counter or gauge by its full name; 0 where there is none. */
  stat(name: string): number {
    const view = this.#stats.view();
    const found = [...view.counters(), ...view.gauges()].find((stat) => stat.name === name);
    return found?.value ?? 0;
  }

  /** What was not given back: gauges of use that are not 0, timers that are armed, late calls. Empty is as it should be. */
  get leftovers(): readonly string[] {
    const view = this.#stats.view();
    const inUse = [...view.gauges()].filter(({ name, value }) => isCountOfUse(name) && value !== 0);
    const wrong = ["late_callback", "filter_exception"].filter((name) => this.stat(name) !== 0);
    const armed = this.timers.pending === 0 ? [] : [`${this.timers.pending} timers`];
    return [...inUse.map(({ name }) => name), ...wrong, ...armed];
  }

  /** Runs one request. What the fake upstream answers at once has come to the client when this returns. */
  request(route: Route | undefined, headers: Record<string, string> = {}, body?: BodySource): RunningStream {
    const client: ClientSide = { headers: undefined, body: "", complete: false, upgraded: undefined, reset: undefined };
    const info = new StreamInfo({
      startWallMs: this.timers.clock.wallMs(),
      startMonotonicMs: this.timers.clock.monotonicMs(),
      downstream: this.#downstream,
    });
    const manager = new FilterManager({
      chain: this.#chain,
      streamInfo: info,
      downstream: {
        encodeInformational: () => undefined,
        encodeHeaders(answer, answerBody) {
          client.headers = answer;
          drain(answerBody, client, manager);
        },
        encodeUpgrade(answer, connection) {
          client.headers = answer;
          client.upgraded = connection;
        },
        reset(reason) {
          client.reset = reason;
        },
      },
      routes: { route: () => route, clear: () => undefined },
      clock: this.timers.clock,
      timers: this.timers,
      random: this.#random,
      logger: this.logger,
      counters: {
        filterException: this.#stats.store.counter("filter_exception"),
        lateCallback: this.#stats.store.counter("late_callback"),
      },
      bufferLimits: { request: 65536, response: 65536 },
    });
    const pseudo = { ":method": "GET", ":path": "/", ":authority": "client.example", ":scheme": "http" };
    manager.decode(HeaderMap.from(Object.entries({ ...pseudo, ...headers })), body);
    return { info, client, manager };
  }
}

/** Not gauges of what a cluster has, but of what is under way. */
function isCountOfUse(name: string): boolean {
  return name.endsWith("_active") || name.endsWith("_open");
}

const DOWNSTREAM = {
  remoteAddress: "192.0.2.1:1111",
  directRemoteAddress: "192.0.2.1:1111",
  localAddress: "192.0.2.2:80",
  protocol: "HTTP/1.1",
  tls: false,
} as const;

/** Reads as far as it gets without waiting, and then from promise to promise. */
function drain(body: BodySource | undefined, client: ClientSide, manager: FilterManager): void {
  if (body === undefined) {
    client.complete = true;
    manager.complete();
    return;
  }
  const take = (read: BodyRead): boolean => {
    if (read instanceof Uint8Array) {
      client.body += new TextDecoder().decode(read);
      return true;
    }
    if (read === END) {
      client.complete = true;
      manager.complete();
    } else {
      client.reset = read.reason;
      manager.reset(read.reason);
    }
    return false;
  };
  const pull = (): void => {
    for (;;) {
      const read = body.read();
      if (read instanceof Promise) {
        void read.then((settled) => take(settled) && pull());
        return;
      }
      if (!take(read)) return;
    }
  };
  pull();
}
