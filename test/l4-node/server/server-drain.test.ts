import { afterEach, beforeEach, describe, it } from "vitest";
import type { Server } from "../../../l4-node/server/server.ts";
import { askOnce, TcpClient } from "../../support/tcp-backend.ts";
import { bootstrapOf, loopbackCluster, tcpListener } from "../../support/tcp-config.ts";
import { portOf, ServerHarness, statOf } from "./server-harness.ts";

const admin = { address: { socketAddress: { address: "127.0.0.1", portValue: 0 } } };

describe("Server", () => {
  let harness: ServerHarness;
  beforeEach(() => {
    harness = new ServerHarness();
  });
  afterEach(() => harness.stop());

  async function serverWithAdmin(drainTimeMs: number): Promise<Server> {
    const backend = await harness.backend("one");
    const config = bootstrapOf(
      [
        tcpListener("tcp", { cluster: "apps" }),
        tcpListener("in", { cluster: "apps" }, { listener: { trafficDirection: "INBOUND" } }),
      ],
      [loopbackCluster("apps", [backend.port])],
      { admin, node: { id: "n1", cluster: "c1" } },
    );
    return harness.server(config, { drainTimeMs });
  }

  async function ask(server: Server, path: string, method = "GET"): Promise<{ status: number; body: string }> {
    const { adminAddress } = server;
    const port = adminAddress?.kind === "tcp" ? adminAddress.port : 0;
    const response = await fetch(`http://127.0.0.1:${port}${path}`, { method });
    return { status: response.status, body: await response.text() };
  }

  it("drain keeps accepting for the drain time, then flushes, closes and ends", async ({ expect }) => {
    const server = await serverWithAdmin(60_000);
    const port = portOf(server, "tcp");
    const open = await TcpClient.connect(port);
    expect(await open.ask("a")).toBe("one:a");
    const drained = server.drain();
    expect(await ask(server, "/ready")).toEqual({ status: 503, body: "DRAINING\n" });
    expect(await askOnce(port, "b")).toBe("one:b");
    expect(await open.ask("c")).toBe("one:c");
    // The second call cuts the drain time short.
    await Promise.all([server.drain(), drained, server.ended]);
    expect(await open.closed).toBe("end");
    await expect(TcpClient.connect(port)).rejects.toMatchObject({ code: "ECONNREFUSED" });
  });

  it("an update during a drain is refused", async ({ expect }) => {
    const server = await serverWithAdmin(60_000);
    const drained = server.drain();
    expect(await server.update(bootstrapOf([], []))).toMatchObject({
      kind: "refused",
      reason: "the server is draining",
    });
    await server.drain();
    await drained;
  });

  it("close resets connections and ends at once", async ({ expect }) => {
    const server = await serverWithAdmin(60_000);
    const open = await TcpClient.connect(portOf(server, "tcp"));
    await open.ask("a");
    await server.close();
    await server.ended;
    expect(["end", "ECONNRESET"]).toContain(await open.closed);
  });

  it("the admin interface shows what all threads did", async ({ expect }) => {
    const server = await serverWithAdmin(0);
    const port = portOf(server, "tcp");
    await Promise.all(Array.from({ length: 20 }, () => askOnce(port, "a")));
    expect(await ask(server, "/ready")).toEqual({ status: 200, body: "LIVE\n" });
    expect((await ask(server, "/listeners")).body).toBe(
      `tcp::127.0.0.1:${port}\nin::127.0.0.1:${portOf(server, "in")}\n`,
    );
    expect((await ask(server, "/stats?filter=^tcp.tcp.downstream_cx_total")).body).toBe(
      "tcp.tcp.downstream_cx_total: 20\n",
    );
    expect((await ask(server, "/stats/prometheus")).body).toContain("envoy_cluster_upstream_cx_total{");
    expect((await ask(server, "/clusters")).body).toMatch(/^apps::127\.0\.0\.1:\d+::cx_total::20$/m);
    expect(JSON.parse((await ask(server, "/server_info")).body)).toMatchObject({
      state: "LIVE",
      node: { id: "n1", cluster: "c1" },
    });
    const dump = JSON.parse((await ask(server, "/config_dump")).body);
    expect(dump.configs[0].bootstrap.static_resources.clusters[0].name).toBe("apps");
    expect((await ask(server, "/drain_listeners")).status).toBe(405);
    expect((await ask(server, "/nothing")).status).toBe(404);
    expect((await ask(server, "/reset_counters", "POST")).status).toBe(200);
    expect(statOf(server, "tcp.tcp.downstream_cx_total")).toBe(0);
  });

  it("/drain_listeners?inboundonly closes the inbound listeners and no others", async ({ expect }) => {
    const server = await serverWithAdmin(0);
    const inbound = portOf(server, "in");
    const open = await TcpClient.connect(inbound);
    await open.ask("a");
    expect(await ask(server, "/drain_listeners?inboundonly", "POST")).toEqual({ status: 200, body: "OK\n" });
    // A question that every thread answers comes back after the command before it was carried out.
    await ask(server, "/clusters");
    await expect(TcpClient.connect(inbound)).rejects.toMatchObject({ code: "ECONNREFUSED" });
    expect(await open.ask("b")).toBe("one:b");
    expect(await askOnce(portOf(server, "tcp"), "c")).toBe("one:c");
  });

  it("/drain_listeners?graceful drains and ends", async ({ expect }) => {
    const server = await serverWithAdmin(0);
    expect(await ask(server, "/drain_listeners?graceful", "POST")).toEqual({ status: 200, body: "OK\n" });
    await server.ended;
    await expect(TcpClient.connect(portOf(server, "tcp"))).rejects.toMatchObject({ code: "ECONNREFUSED" });
  });
});
