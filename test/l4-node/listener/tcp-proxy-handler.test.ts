import { once } from "node:events";
import { type AddressInfo, createServer, type Server } from "node:net";
import { afterEach, beforeEach, describe, it } from "vitest";
import type { OpenConnection } from "../../../l4-node/listener/connection-handler.ts";
import { TcpProxyHandler } from "../../../l4-node/listener/tcp-proxy-handler.ts";
import { PumpSockets } from "../../../l4-node/tcp/pump-socket.ts";
import type { CompiledTcpProxy } from "../../../shared/filters/network/tcp-proxy/compile-tcp-proxy.ts";
import { createLocalStats } from "../../../shared/stats/local-stats.ts";
import { Cluster } from "../../../shared/upstream/cluster.ts";
import { FakeClock, FakeTimers, SeededRandom } from "../../support/fakes.ts";
import { clusterConfig, compiledCluster, endpointAt } from "../../support/sample-cluster.ts";
import { TcpBackend, TcpClient } from "../../support/tcp-backend.ts";

const CONFIG: CompiledTcpProxy = {
  statPrefix: "db",
  pickCluster: () => "apps",
  clusterNames: ["apps"],
  idleTimeoutMs: 60_000,
  maxConnectAttempts: 1,
  backoff: undefined,
  maxDurationMs: 0,
  maxDurationJitter: 0,
};

describe("TcpProxyHandler", () => {
  let backend: TcpBackend;
  let front: Server;
  let timers: FakeTimers;
  let stats: ReturnType<typeof createLocalStats>;
  const opened: OpenConnection[] = [];

  beforeEach(async () => {
    backend = await TcpBackend.start("db");
    timers = new FakeTimers();
    stats = createLocalStats();
  });
  afterEach(async () => {
    for (const connection of opened.splice(0)) connection.close("abort");
    front.close();
    await backend.stop();
  });

  /** Serves with the handler; the promise settles when the first connection is over. */
  async function serve(config: Partial<CompiledTcpProxy> = {}): Promise<{ client: TcpClient; closed: Promise<void> }> {
    const info = compiledCluster(clusterConfig("apps", [endpointAt(`127.0.0.1:${backend.port}`)]));
    const random = new SeededRandom(1);
    const cluster = new Cluster({ info, names: "resolve", random, clock: new FakeClock(), stats: stats.store });
    const handler = new TcpProxyHandler({
      config: { ...CONFIG, ...config },
      clusters: { get: (name) => new Map([["apps", cluster]]).get(name) },
      bufferLimitBytes: 65_536,
      stats: stats.store,
      sockets: new PumpSockets({ kind: "events", reason: "not needed here" }),
      clock: timers.clock,
      timers,
      random,
    });
    const { promise: closed, resolve } = Promise.withResolvers<void>();
    front = createServer({ allowHalfOpen: true, pauseOnConnect: true }, (socket) => {
      opened.push(handler.open(socket, resolve));
    });
    front.listen(0, "127.0.0.1");
    await once(front, "listening");
    return { client: await TcpClient.connect((front.address() as AddressInfo).port), closed };
  }

  function value(name: string): number | undefined {
    const view = stats.view();
    return [...view.counters(), ...view.gauges()].find((stat) => stat.name === name)?.value;
  }

  it("bytes of a connection that stays open are counted every few seconds, and each only once", async ({ expect }) => {
    const { client, closed } = await serve();
    expect(await client.ask("12345")).toBe("db:12345");
    timers.advance(5000);
    expect(value("tcp.db.downstream_cx_rx_bytes_total")).toBe(5);
    expect(value("tcp.db.downstream_cx_tx_bytes_total")).toBe(8);
    expect(value("cluster.apps.upstream_cx_tx_bytes_total")).toBe(5);
    expect(value("cluster.apps.upstream_cx_rx_bytes_total")).toBe(8);
    expect(await client.ask("6")).toBe("db:6");
    await client.end();
    await closed;
    expect(value("tcp.db.downstream_cx_rx_bytes_total")).toBe(6);
    expect(value("tcp.db.downstream_cx_tx_bytes_total")).toBe(12);
    expect(timers.pending).toBe(0);
  });

  it("an idle connection is closed and counted", async ({ expect }) => {
    const { client, closed } = await serve();
    await client.ask("1");
    client.socket.resume();
    timers.advance(60_500);
    expect(await client.closed).toBe("end");
    await closed;
    expect(value("tcp.db.idle_timeout")).toBe(1);
    expect(value("cluster.apps.upstream_cx_destroy_local")).toBe(1);
    expect(value("cluster.apps.upstream_cx_active")).toBe(0);
    expect(timers.pending).toBe(0);
  });

  it("a connection to the upstream counts as one request, active while it lasts", async ({ expect }) => {
    const { client, closed } = await serve();
    await client.ask("1");
    expect(value("cluster.apps.upstream_rq_total")).toBe(1);
    expect(value("cluster.apps.upstream_rq_active")).toBe(1);
    client.socket.resume();
    timers.advance(60_500);
    await closed;
    expect(value("cluster.apps.upstream_rq_total")).toBe(1);
    expect(value("cluster.apps.upstream_rq_active")).toBe(0);
  });

  it("a connection that is open for too long is closed and counted, with jitter", async ({ expect }) => {
    const { client, closed } = await serve({ maxDurationMs: 10_000, maxDurationJitter: 0.5 });
    await client.ask("1");
    client.socket.resume();
    timers.advance(10_000);
    expect(client.socket.closed).toBe(false);
    timers.advance(5_000);
    expect(await client.closed).toBe("end");
    await closed;
    expect(value("tcp.db.max_downstream_connection_duration")).toBe(1);
  });

  it("a cluster that is not there is counted as no route", async ({ expect }) => {
    const { client, closed } = await serve({ pickCluster: () => "nowhere" });
    client.socket.resume();
    expect(await client.closed).toBe("end");
    await closed;
    expect(value("tcp.db.downstream_cx_no_route")).toBe(1);
  });

  it("a client that resets at once leaves nothing behind", async ({ expect }) => {
    const { client, closed } = await serve();
    client.socket.resetAndDestroy();
    await closed;
    expect(value("cluster.apps.upstream_cx_total")).toBe(1);
    expect(value("cluster.apps.upstream_cx_active")).toBe(0);
    expect(value("cluster.apps.upstream_cx_destroy")).toBe(1);
    expect(timers.pending).toBe(0);
  });
});
