import { afterEach, beforeEach, describe, it } from "vitest";
import { askOnce, TcpClient } from "../../support/tcp-backend.ts";
import { bootstrapOf, loopbackCluster, tcpListener } from "../../support/tcp-config.ts";
import { closedPort, eventually, portOf, ServerHarness, statOf } from "./server-harness.ts";
import { StubbornThreads } from "./stubborn-threads.ts";

describe("Server.update", () => {
  let harness: ServerHarness;
  beforeEach(() => {
    harness = new ServerHarness();
  });
  afterEach(() => harness.stop());

  it("leaves what did not change alone, and serves new connections of what did by the new configuration", async ({
    expect,
  }) => {
    const [one, two] = [await harness.backend("one"), await harness.backend("two")];
    const clusters = [loopbackCluster("one", [one.port]), loopbackCluster("two", [two.port])];
    const stays = tcpListener("stays", { cluster: "one" });
    const server = await harness.server(bootstrapOf([stays, tcpListener("changes", { cluster: "one" })], clusters));
    const [staying, changing] = [portOf(server, "stays"), portOf(server, "changes")];
    const [onStays, onChanges] = [await TcpClient.connect(staying), await TcpClient.connect(changing)];
    expect(await onStays.ask("a")).toBe("one:a");
    expect(await onChanges.ask("a")).toBe("one:a");

    const outcome = await server.update(bootstrapOf([stays, tcpListener("changes", { cluster: "two" })], clusters));
    expect(outcome.kind).toBe("applied");
    expect(portOf(server, "changes")).toBe(changing);
    expect(await askOnce(changing, "b")).toBe("two:b");
    expect(await askOnce(staying, "b")).toBe("one:b");
    // Connections that were open go on as they began, those of the changed listener until its drain time is over.
    expect(await onStays.ask("c")).toBe("one:c");
    expect(await onChanges.ask("c")).toBe("one:c");
    expect(statOf(server, "listener_manager.listener_modified")).toBe(1);
    expect(statOf(server, "nuncio.config_update.success")).toBe(1);
    // The unchanged cluster kept its statistics; the listener kept its own through the change.
    expect(statOf(server, "cluster.one.upstream_cx_total")).toBe(3);
    expect(statOf(server, `listener.127.0.0.1_${changing}.downstream_cx_total`)).toBe(2);
  });

  it("closes connections of a changed listener once the drain time is over", async ({ expect }) => {
    const backend = await harness.backend("one");
    const clusters = [loopbackCluster("one", [backend.port])];
    const before = bootstrapOf([tcpListener("tcp", { cluster: "one" })], clusters);
    const server = await harness.server(before, { drainTimeMs: 0 });
    const client = await TcpClient.connect(portOf(server, "tcp"));
    expect(await client.ask("a")).toBe("one:a");
    await server.update(bootstrapOf([tcpListener("tcp", { cluster: "one", idleTimeout: "9s" })], clusters));
    expect(await client.closed).toBe("end");
    expect(await askOnce(portOf(server, "tcp"), "b")).toBe("one:b");
  });

  it("adds and removes listeners", async ({ expect }) => {
    const backend = await harness.backend("one");
    const clusters = [loopbackCluster("one", [backend.port])];
    const server = await harness.server(bootstrapOf([tcpListener("old", { cluster: "one" })], clusters));
    const oldPort = portOf(server, "old");
    await server.update(bootstrapOf([tcpListener("new", { cluster: "one" })], clusters));
    expect(await askOnce(portOf(server, "new"), "a")).toBe("one:a");
    await expect(TcpClient.connect(oldPort)).rejects.toMatchObject({ code: "ECONNREFUSED" });
    expect(statOf(server, "listener_manager.listener_added")).toBe(2);
    expect(statOf(server, "listener_manager.listener_removed")).toBe(1);
  });

  it("moves a listener's traffic to a changed cluster", async ({ expect }) => {
    const [one, two] = [await harness.backend("one"), await harness.backend("two")];
    const listeners = [tcpListener("tcp", { cluster: "apps" })];
    const server = await harness.server(bootstrapOf(listeners, [loopbackCluster("apps", [one.port])]));
    const open = await TcpClient.connect(portOf(server, "tcp"));
    expect(await open.ask("a")).toBe("one:a");
    await server.update(bootstrapOf(listeners, [loopbackCluster("apps", [two.port])]));
    expect(await askOnce(portOf(server, "tcp"), "b")).toBe("two:b");
    expect(await open.ask("c")).toBe("one:c");
    expect(statOf(server, "cluster_manager.cluster_modified")).toBe(1);
  });

  it("says when nothing differs", async ({ expect }) => {
    const config = bootstrapOf([tcpListener("tcp", { cluster: "one" })], [loopbackCluster("one", [])]);
    const server = await harness.server(config);
    expect(await server.update(config)).toEqual({ kind: "unchanged", diagnostics: [] });
    expect(statOf(server, "nuncio.config_update.unchanged")).toBe(1);
  });

  it("says what takes effect at the next start only", async ({ expect }) => {
    const server = await harness.server(bootstrapOf([], [], { node: { id: "one" } }));
    expect((await server.update(bootstrapOf([], [], { node: { id: "two" } }))).kind).toBe("unchanged");
    expect(harness.logger.events).toContainEqual({
      level: "warning",
      event: "restart_needed",
      fields: { field: "node" },
    });
  });

  it("keeps the old configuration when the new one is wrong, and counts it", async ({ expect }) => {
    const backend = await harness.backend("one");
    const server = await harness.server(
      bootstrapOf([tcpListener("tcp", { cluster: "one" })], [loopbackCluster("one", [backend.port])]),
    );
    const wrong = bootstrapOf([tcpListener("tcp", {})], []);
    expect(await server.update(wrong)).toMatchObject({ kind: "refused", reason: "the configuration has errors" });
    expect(await askOnce(portOf(server, "tcp"), "a")).toBe("one:a");
    expect(statOf(server, "nuncio.config_update.rejected")).toBe(1);
  });

  it("keeps the old configuration when an address cannot be had, and says which", async ({ expect }) => {
    const blocker = await harness.backend("blocker");
    const server = await harness.server(bootstrapOf([tcpListener("tcp", { cluster: "one" })], []));
    const next = bootstrapOf([tcpListener("more", { cluster: "one" }, { port: blocker.port })], []);
    expect(await server.update(next)).toMatchObject({
      kind: "refused",
      reason: `listener more: cannot bind 127.0.0.1:${blocker.port}: address already in use`,
    });
    expect(server.listeners().map(({ name }) => name)).toEqual(["tcp"]);
  });

  it("changes no thread when one refuses, and gives back what the others had prepared", async ({ expect }) => {
    const backend = await harness.backend("one");
    const threads = new StubbornThreads("worker_1");
    const clusters = [loopbackCluster("one", [backend.port])];
    const server = await harness.server(bootstrapOf([tcpListener("tcp", { cluster: "one" })], clusters), {
      concurrency: 3,
      spawn: threads.spawn,
    });
    const open = await TcpClient.connect(portOf(server, "tcp"));
    threads.refuse = true;
    const added = await closedPort();
    const next = bootstrapOf(
      [tcpListener("tcp", { cluster: "nowhere" }), tcpListener("added", { cluster: "one" }, { port: added })],
      clusters,
    );
    expect(await server.update(next)).toMatchObject({ kind: "refused", reason: "worker_1: not today" });
    const answers = await Promise.all(Array.from({ length: 60 }, () => askOnce(portOf(server, "tcp"), "a")));
    expect(new Set(answers)).toEqual(new Set(["one:a"]));
    expect(await open.ask("b")).toBe("one:b");
    await eventually(
      "no thread holds the new address",
      () => statOf(server, `listener.127.0.0.1_${added}.downstream_cx_total`) === undefined,
    );
    await expect(TcpClient.connect(added)).rejects.toMatchObject({ code: "ECONNREFUSED" });

    threads.refuse = false;
    expect(await server.update(next)).toMatchObject({ kind: "applied" });
    expect(await askOnce(added, "c")).toBe("one:c");
  });

  it("works updates off in order", async ({ expect }) => {
    const [one, two] = [await harness.backend("one"), await harness.backend("two")];
    const clusters = [loopbackCluster("one", [one.port]), loopbackCluster("two", [two.port])];
    const to = (cluster: string) => bootstrapOf([tcpListener("tcp", { cluster })], clusters);
    const server = await harness.server(to("one"));
    const outcomes = await Promise.all([server.update(to("two")), server.update(to("one")), server.update(to("two"))]);
    expect(outcomes.map(({ kind }) => kind)).toEqual(["applied", "applied", "applied"]);
    expect(await askOnce(portOf(server, "tcp"), "a")).toBe("two:a");
  });
});
