import { afterEach, beforeEach, describe, it } from "vitest";
import { type SpawnThread, spawnWorkerThread, type ThreadLink } from "../../../l4-node/server/thread-link.ts";
import { askOnce, TcpClient } from "../../support/tcp-backend.ts";
import { bootstrapOf, loopbackCluster, tcpListener } from "../../support/tcp-config.ts";
import { closedPort, eventually, portOf, ServerHarness, statOf } from "./server-harness.ts";

describe("startServer", () => {
  let harness: ServerHarness;
  beforeEach(() => {
    harness = new ServerHarness();
  });
  afterEach(() => harness.stop());

  it("forwards to the hosts of a cluster in turn", async ({ expect }) => {
    const [one, two] = [await harness.backend("one"), await harness.backend("two")];
    const config = bootstrapOf(
      [tcpListener("tcp", { cluster: "apps" })],
      [loopbackCluster("apps", [one.port, two.port])],
    );
    const server = await harness.server(config, { concurrency: 1 });
    const port = portOf(server, "tcp");
    const answers = new Set([await askOnce(port, "a"), await askOnce(port, "a")]);
    expect(answers).toEqual(new Set(["one:a", "two:a"]));
  });

  it("spreads connections over all threads, and counts them once", async ({ expect }) => {
    const backend = await harness.backend("one");
    const config = bootstrapOf([tcpListener("tcp", { cluster: "apps" })], [loopbackCluster("apps", [backend.port])]);
    const server = await harness.server(config, { concurrency: 4 });
    const port = portOf(server, "tcp");
    const clients = await Promise.all(Array.from({ length: 200 }, () => TcpClient.connect(port)));
    await Promise.all(clients.map((client) => client.ask("hello")));
    const listener = `listener.127.0.0.1_${port}`;
    const perThread = [0, 1, 2, 3].map((index) =>
      Number(statOf(server, `${listener}.worker_${index}.downstream_cx_active`)),
    );
    expect(Math.min(...perThread)).toBeGreaterThan(0);
    expect(perThread.reduce((sum, each) => sum + each, 0)).toBe(200);
    expect(statOf(server, `${listener}.downstream_cx_active`)).toBe(200);
    await Promise.all(clients.map((client) => client.end()));
  });

  it("splits connections by the weights of clusters", async ({ expect }) => {
    const [one, two] = [await harness.backend("one"), await harness.backend("two")];
    const split = {
      clusters: [
        { name: "one", weight: 50 },
        { name: "two", weight: 50 },
      ],
    };
    const config = bootstrapOf(
      [tcpListener("tcp", { weightedClusters: split })],
      [loopbackCluster("one", [one.port]), loopbackCluster("two", [two.port])],
    );
    const port = portOf(await harness.server(config), "tcp");
    await Promise.all(Array.from({ length: 100 }, () => askOnce(port, "a")));
    // Nobody gets none of 100 at even odds, short of one time in 2^99.
    expect(Math.min(one.accepted, two.accepted)).toBeGreaterThan(0);
    expect(one.accepted + two.accepted).toBe(100);
  });

  it("closes the connection and counts it when the upstream refuses", async ({ expect }) => {
    const config = bootstrapOf(
      [tcpListener("tcp", { cluster: "apps", maxConnectAttempts: 3 })],
      [loopbackCluster("apps", [await closedPort()])],
    );
    const server = await harness.server(config);
    const client = await TcpClient.connect(portOf(server, "tcp"));
    client.socket.resume();
    expect(await client.closed).toBe("end");
    await eventually(
      "the end is counted",
      () => statOf(server, "cluster.apps.upstream_cx_connect_attempts_exceeded") === 1,
    );
    expect(statOf(server, "cluster.apps.upstream_cx_connect_fail")).toBe(3);
    expect(statOf(server, "cluster.apps.upstream_cx_active")).toBe(0);
  });

  it("closes the connection and counts it when the cluster does not exist", async ({ expect }) => {
    const server = await harness.server(bootstrapOf([tcpListener("tcp", { cluster: "nowhere" })], []));
    expect(server.diagnostics).toEqual([
      expect.objectContaining({ severity: "warning", code: "tcp_proxy.unknown_cluster" }),
    ]);
    const client = await TcpClient.connect(portOf(server, "tcp"));
    client.socket.resume();
    expect(await client.closed).toBe("end");
    await eventually("the end is counted", () => statOf(server, "tcp.tcp.downstream_cx_no_route") === 1);
  });

  it("starts with a name that does not resolve, and closes connections meanwhile", async ({ expect }) => {
    const lbEndpoints = [{ endpoint: { address: { socketAddress: { address: "nobody.invalid", portValue: 1 } } } }];
    const cluster = loopbackCluster("apps", [], {
      type: "STRICT_DNS",
      loadAssignment: { clusterName: "apps", endpoints: [{ lbEndpoints }] },
    });
    const server = await harness.server(bootstrapOf([tcpListener("tcp", { cluster: "apps" })], [cluster]));
    const client = await TcpClient.connect(portOf(server, "tcp"));
    client.socket.resume();
    expect(await client.closed).toBe("end");
    expect(statOf(server, "cluster.apps.upstream_cx_none_healthy")).toBe(1);
    expect(harness.logger.events).toContainEqual(expect.objectContaining({ event: "dns_no_address" }));
  });

  it("resolves names that only the hosts file knows", async ({ expect }) => {
    const backend = await harness.backend("one");
    const lbEndpoints = [
      { endpoint: { address: { socketAddress: { address: "localhost", portValue: backend.port } } } },
    ];
    const cluster = loopbackCluster("apps", [], {
      type: "LOGICAL_DNS",
      dnsLookupFamily: "V4_ONLY",
      loadAssignment: { clusterName: "apps", endpoints: [{ lbEndpoints }] },
    });
    const server = await harness.server(bootstrapOf([tcpListener("tcp", { cluster: "apps" })], [cluster]));
    expect(await askOnce(portOf(server, "tcp"), "hello")).toBe("one:hello");
  });

  it("fails with every problem when the configuration is wrong", async ({ expect }) => {
    const config = bootstrapOf([tcpListener("tcp", { cluster: "apps" }), tcpListener("tcp", { cluster: "apps" })], []);
    await expect(harness.server(config)).rejects.toMatchObject({
      name: "ServerError",
      code: "config",
      diagnostics: expect.arrayContaining([expect.objectContaining({ code: "listener.duplicate" })]),
    });
  });

  it("fails when the port is in use, and leaves nothing behind", async ({ expect }) => {
    const first = await harness.server(bootstrapOf([tcpListener("tcp", { cluster: "apps" })], []));
    const port = portOf(first, "tcp");
    const second = bootstrapOf([tcpListener("tcp", { cluster: "apps" }, { port })], []);
    await expect(harness.server(second)).rejects.toMatchObject({
      code: "bind",
      message: `listener tcp: cannot bind 127.0.0.1:${port}: address already in use`,
    });
    await first.close();
    expect(portOf(await harness.server(second), "tcp")).toBe(port);
  });

  it("one thread accepts on a Unix socket, and it is said", async ({ expect }) => {
    const path = `@nuncio-test-${process.pid}`;
    const listener = tcpListener("tcp", { cluster: "apps" }, { listener: { address: { pipe: { path } } } });
    const server = await harness.server(bootstrapOf([listener], []));
    expect(server.listeners()).toEqual([{ name: "tcp", address: { kind: "pipe", path } }]);
    expect(harness.logger.events).toContainEqual({
      level: "info",
      event: "one_thread_accepts",
      fields: { listener: "tcp", thread: "worker_0" },
    });
  });

  it("leaves no connection, gauge or resource behind after 500 connections", async ({ expect }) => {
    const backend = await harness.backend("one");
    const before = process.getActiveResourcesInfo().toSorted();
    const config = bootstrapOf([tcpListener("tcp", { cluster: "apps" })], [loopbackCluster("apps", [backend.port])]);
    const server = await harness.server(config);
    const port = portOf(server, "tcp");
    for (let round = 0; round < 10; round++) {
      await Promise.all(Array.from({ length: 50 }, () => askOnce(port, "hello")));
    }
    const gauges = [`listener.127.0.0.1_${port}.downstream_cx_active`, "cluster.apps.upstream_cx_active"];
    await eventually("all connections are closed", () => gauges.every((name) => statOf(server, name) === 0));
    expect(statOf(server, "cluster.apps.upstream_cx_total")).toBe(500);
    expect(statOf(server, "cluster.apps.upstream_cx_destroy")).toBe(500);
    expect(statOf(server, "tcp.tcp.downstream_cx_rx_bytes_total")).toBe(500 * "hello".length);
    expect(statOf(server, "tcp.tcp.downstream_cx_tx_bytes_total")).toBe(500 * "one:hello".length);
    await eventually("the backend sees all connections closed", () => backend.open === 0);
    await server.close();
    await eventually("no resource is left", () => process.getActiveResourcesInfo().length <= before.length);
  });

  it("replaces a thread that dies, with the configuration that runs", async ({ expect }) => {
    const backend = await harness.backend("one");
    const links: ThreadLink[] = [];
    const spawn: SpawnThread = (setup, events) => {
      const link = spawnWorkerThread(setup, events);
      links.push(link);
      return link;
    };
    const config = bootstrapOf([tcpListener("tcp", { cluster: "apps" })], [loopbackCluster("apps", [backend.port])]);
    const server = await harness.server(config, { concurrency: 1, spawn });
    const port = portOf(server, "tcp");
    expect(await askOnce(port, "before")).toBe("one:before");
    await links[0]?.terminate();
    await eventually("the thread is replaced", () =>
      harness.logger.events.some(({ event }) => event === "worker_thread_replaced"),
    );
    expect(await askOnce(port, "after")).toBe("one:after");
    expect(statOf(server, "nuncio.worker_thread_lost")).toBe(1);
    // What the dead thread counted stays.
    expect(statOf(server, `listener.127.0.0.1_${port}.downstream_cx_total`)).toBe(2);
  });
});
