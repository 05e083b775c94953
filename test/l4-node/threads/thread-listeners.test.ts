import { once } from "node:events";
import { connect, createServer, type Socket } from "node:net";
import type { AddressInfo } from "node:net";
import { afterEach, beforeEach, describe, it } from "vitest";
import { ActiveListener } from "../../../l4-node/listener/active-listener.ts";
import type { BindAddress } from "../../../l4-node/listener/bind-address.ts";
import type { ConnectionHandler } from "../../../l4-node/listener/connection-handler.ts";
import { createListenerStats } from "../../../l4-node/listener/listener-stats.ts";
import { ThreadListeners, type WantedListener } from "../../../l4-node/threads/thread-listeners.ts";
import { err, ok } from "../../../shared/base/result.ts";
import { valueOf } from "../../support/value-of.ts";
import { createLocalStats } from "../../../shared/stats/local-stats.ts";
import { FakeTimers } from "../../support/fakes.ts";

const DRAIN_TIME_MS = 10_000;

/** Greets with a word, then leaves the connection open. */
function greeting(word: string): ConnectionHandler {
  return {
    open: (socket, onClosed) => {
      socket.on("error", () => {});
      socket.on("end", () => socket.end());
      socket.on("close", onClosed);
      socket.resume();
      socket.write(word);
      return { close: (mode) => (mode === "abort" ? socket.resetAndDestroy() : socket.end()) };
    },
  };
}

async function freePort(): Promise<number> {
  const server = createServer();
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, "close");
  return port;
}

describe("ThreadListeners", () => {
  let port = 0;
  let timers: FakeTimers;
  let stats: ReturnType<typeof createLocalStats>;
  let listeners: ThreadListeners;
  let idle: Promise<void>;
  const clients: Socket[] = [];

  beforeEach(async () => {
    port = await freePort();
    timers = new FakeTimers();
    stats = createLocalStats();
    idle = new Promise((resolve) => {
      listeners = new ThreadListeners({ drainTimeMs: DRAIN_TIME_MS, onIdle: resolve });
    });
  });
  afterEach(() => {
    listeners.close("abort");
    for (const client of clients.splice(0)) client.destroy();
  });

  function wanted(name: string, word: string, bind: BindAddress = at(port)): WantedListener {
    return {
      name,
      fingerprint: word,
      bind,
      mode: { reusePort: false },
      create: (onEmpty) => {
        const owned = createListenerStats(stats.store, name, "worker_0");
        const listener: ActiveListener = new ActiveListener({
          name,
          selectChain: () => (word === "none" ? undefined : greeting(word)),
          keepaliveMs: undefined,
          stats: owned,
          clock: timers.clock,
          timers,
          onEmpty: () => onEmpty(listener),
        });
        return ok({ listener, release: () => owned.release() });
      },
    };
  }

  function at(bindPort: number): BindAddress {
    return { kind: "tcp", host: "127.0.0.1", port: bindPort, ipv6Only: false };
  }

  async function apply(...next: readonly WantedListener[]): Promise<void> {
    listeners.commit(valueOf(await listeners.prepare(next)));
  }

  async function client(): Promise<{ readonly socket: Socket; readonly word: string }> {
    const socket = connect(port, "127.0.0.1");
    clients.push(socket);
    const [word] = await once(socket, "data");
    return { socket, word: String(word) };
  }

  function value(name: string): number | undefined {
    return [...stats.view().counters(), ...stats.view().gauges()].find((stat) => stat.name === name)?.value;
  }

  it("commit serves connections with the new listener; open ones stay with the old", async ({ expect }) => {
    await apply(wanted("tcp", "one"));
    const before = await client();
    await apply(wanted("tcp", "two"));
    expect((await client()).word).toBe("two");
    expect(before.word).toBe("one");
    expect(before.socket.closed).toBe(false);
    expect(value("listener.tcp.downstream_cx_total")).toBe(2);
    expect(value("listener.tcp.downstream_cx_active")).toBe(2);
  });

  it("connections of a changed listener are closed when the drain time is over", async ({ expect }) => {
    await apply(wanted("tcp", "one"));
    const { socket } = await client();
    await apply(wanted("tcp", "two"));
    const ended = once(socket, "end");
    timers.advance(DRAIN_TIME_MS - 1);
    expect(socket.readableEnded).toBe(false);
    timers.advance(1);
    await ended;
    await idle;
    expect(timers.pending).toBe(0);
  });

  it("an unchanged listener is the same object after a commit, and its connections have no drain time", async ({
    expect,
  }) => {
    await apply(wanted("tcp", "one"));
    const { socket } = await client();
    await apply(wanted("tcp", "one"), wanted("more", "more", at(await freePort())));
    expect(timers.pending).toBe(0);
    expect(socket.closed).toBe(false);
  });

  it("a socket outlives its listener when another takes the address", async ({ expect }) => {
    await apply(wanted("tcp", "one"));
    await apply(wanted("renamed", "two"));
    expect((await client()).word).toBe("two");
  });

  it("a removed listener stops accepting", async ({ expect }) => {
    await apply(wanted("tcp", "one"));
    await apply();
    const socket = connect(port, "127.0.0.1");
    const [error] = await once(socket, "error");
    expect(error.code).toBe("ECONNREFUSED");
  });

  it("abort leaves everything as it was and gives back what was bound and named", async ({ expect }) => {
    await apply(wanted("tcp", "one"));
    const elsewhere = await freePort();
    const prepared = await listeners.prepare([wanted("tcp", "two"), wanted("new", "new", at(elsewhere))]);
    listeners.abort(valueOf(prepared));
    expect((await client()).word).toBe("one");
    expect(value("listener.new.downstream_cx_total")).toBeUndefined();
    const [error] = await once(connect(elsewhere, "127.0.0.1"), "error");
    expect(error.code).toBe("ECONNREFUSED");
  });

  it("prepare refuses with the reason when an address is taken, and keeps nothing", async ({ expect }) => {
    const other = createServer();
    const taken = await freePort();
    other.listen(taken, "127.0.0.1");
    await once(other, "listening");
    expect(await listeners.prepare([wanted("a", "a"), wanted("b", "b", at(taken))])).toEqual({
      ok: false,
      error: `cannot bind 127.0.0.1:${taken}: address already in use`,
    });
    other.close();
    expect(value("listener.a.downstream_cx_total")).toBeUndefined();
    const [error] = await once(connect(port, "127.0.0.1"), "error");
    expect(error.code).toBe("ECONNREFUSED");
  });

  it("prepare refuses what cannot be made", async ({ expect }) => {
    const outcome = await listeners.prepare([{ ...wanted("a", "a"), create: () => err("cannot be made") }]);
    expect(outcome).toEqual({ ok: false, error: "cannot be made" });
  });

  it("a connection that comes between prepare and commit is served once committed", async ({ expect }) => {
    const prepared = await listeners.prepare([wanted("tcp", "one")]);
    const greeted = client();
    const early = connect(port, "127.0.0.1");
    clients.push(early);
    await once(early, "connect");
    listeners.commit(valueOf(prepared));
    expect((await greeted).word).toBe("one");
  });

  it("a connection that no chain takes is closed and counted", async ({ expect }) => {
    await apply(wanted("tcp", "none"));
    const socket = connect(port, "127.0.0.1");
    clients.push(socket);
    socket.resume();
    await once(socket, "close");
    expect(value("listener.tcp.no_filter_chain_match")).toBe(1);
    expect(value("listener.tcp.downstream_cx_active")).toBe(0);
    expect(value("listener.tcp.downstream_cx_destroy")).toBe(1);
  });

  it("stopAccepting closes the socket and leaves connections alone", async ({ expect }) => {
    await apply(wanted("tcp", "one"));
    const { socket } = await client();
    listeners.stopAccepting(["tcp"]);
    const [error] = await once(connect(port, "127.0.0.1"), "error");
    expect(error.code).toBe("ECONNREFUSED");
    expect(socket.closed).toBe(false);
  });

  it("close ends every connection, gives back all statistics and then is idle", async ({ expect }) => {
    await apply(wanted("tcp", "one"));
    const { socket } = await client();
    socket.resume();
    const closed = once(socket, "close");
    listeners.close("flush");
    await idle;
    await closed;
    expect(value("listener.tcp.downstream_cx_total")).toBeUndefined();
    expect(timers.pending).toBe(0);
  });
});
