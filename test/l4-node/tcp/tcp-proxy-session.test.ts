import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer, Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, it } from "vitest";
import type { NoUpstreamReason, TcpUpstream } from "../../../l4-node/tcp/tcp-upstream.ts";
import { flagsOf, renderResponseFlags } from "../../../shared/http/response-flags.ts";
import { BOTH_MODES, firstChunk, nextTurn, outcomeOf, SessionHarness } from "./session-harness.ts";

const echo = (socket: Socket): void => void socket.pipe(socket);

/** A port that was free a moment ago: nobody listens there. */
async function closedPort(): Promise<number> {
  await using harness = await SessionHarness.start({ support: { kind: "direct" } });
  return harness.upstreamPort;
}

const LIMITS = { connectTimeoutMs: 5000, bufferLimitBytes: 1024 * 1024 };

function hostAt(port: number, name = `127.0.0.1:${port}`): TcpUpstream {
  return { address: name, ...LIMITS, dial: () => ({ kind: "address", options: { port, host: "127.0.0.1" } }) };
}

/** A host that never answers a connection attempt, nor refuses it. */
function silentHost(made: Socket[], connectTimeoutMs = 5000): TcpUpstream {
  return {
    address: "silent",
    ...LIMITS,
    connectTimeoutMs,
    dial: () => {
      const socket = new Socket({ allowHalfOpen: true });
      made.push(socket);
      return { kind: "socket", socket, readyEvent: "connect" };
    },
  };
}

describe.each(BOTH_MODES)("startTcpProxySession with $kind I/O", (support) => {
  it("carries bytes both ways and FIN after the last of them", async ({ expect }) => {
    await using harness = await SessionHarness.start({ support, onUpstream: echo });
    const client = harness.client();
    const outcome = outcomeOf(client);
    client.end("hello");
    expect(await outcome).toEqual({ bytes: Buffer.from("hello"), end: "fin" });
    const summary = await harness.ended();
    expect(summary).toMatchObject({
      bytesRx: 5,
      bytesTx: 5,
      responseFlags: 0,
      detail: "",
      closedBy: "downstream",
      downstreamCloseType: "Normal",
      upstreamCloseType: "Normal",
      connectAttempts: 1,
    });
    expect(harness.events).toEqual([`connecting 127.0.0.1:${harness.upstreamPort}`, "connected"]);
    expect(harness.timers.pending).toBe(0);
  });

  it("delivers what arrived before the session took over, byte by byte", async ({ expect }) => {
    const text = "sent one byte at a time";
    const written = Promise.withResolvers<undefined>();
    const inspect = (): Promise<undefined> => written.promise;
    await using harness = await SessionHarness.start({ support, onUpstream: echo, inspect });
    const client = harness.client();
    const outcome = outcomeOf(client);
    for (const byte of text) {
      client.write(byte);
      await nextTurn();
    }
    client.end();
    await once(client, "finish");
    written.resolve(undefined);
    expect((await outcome).bytes.toString()).toBe(text);
  });

  it("sends the bytes that were inspected first", async ({ expect }) => {
    await using harness = await SessionHarness.start({ support, onUpstream: echo, inspect: firstChunk });
    const client = harness.client();
    client.write("a");
    const outcome = outcomeOf(client);
    await harness.until(() => harness.sessions.length === 1);
    client.end("bc");
    expect((await outcome).bytes.toString()).toBe("abc");
    expect((await harness.ended()).bytesRx).toBe(3);
  });

  it("gives bytes back that an inspector read and unshifted", async ({ expect }) => {
    const inspect = async (accepted: Socket): Promise<undefined> => {
      accepted.unshift(await firstChunk(accepted));
    };
    await using harness = await SessionHarness.start({ support, onUpstream: echo, inspect });
    const client = harness.client();
    const outcome = outcomeOf(client);
    client.end("abc");
    expect((await outcome).bytes.toString()).toBe("abc");
  });

  it("passes a FIN on that arrived before the session took over", async ({ expect }) => {
    const inspect = async (accepted: Socket): Promise<Uint8Array> => {
      const chunks: Buffer[] = [];
      accepted.on("data", (chunk: Buffer) => chunks.push(chunk));
      accepted.resume();
      await once(accepted, "end");
      accepted.pause();
      accepted.removeAllListeners("data");
      return Buffer.concat(chunks);
    };
    await using harness = await SessionHarness.start({ support, onUpstream: echo, inspect });
    const client = harness.client();
    const outcome = outcomeOf(client);
    client.end("all at once");
    expect(await outcome).toEqual({ bytes: Buffer.from("all at once"), end: "fin" });
    await harness.ended();
  });

  it("keeps the other direction open after the client's FIN", async ({ expect }) => {
    const onUpstream = (socket: Socket): void => {
      socket.resume().on("end", () => {
        socket.write("still here, ");
        setImmediate(() => socket.end("bye"));
      });
    };
    await using harness = await SessionHarness.start({ support, onUpstream });
    const client = harness.client();
    const outcome = outcomeOf(client);
    client.end("done");
    expect(await outcome).toEqual({ bytes: Buffer.from("still here, bye"), end: "fin" });
    expect((await harness.ended()).closedBy).toBe("downstream");
  });

  it("keeps the other direction open after the upstream's FIN", async ({ expect }) => {
    const received: Promise<{ bytes: Buffer }>[] = [];
    const onUpstream = (socket: Socket): void => {
      received.push(outcomeOf(socket));
      socket.end("first word");
    };
    await using harness = await SessionHarness.start({ support, onUpstream });
    const client = harness.client();
    expect(await outcomeOf(client)).toEqual({ bytes: Buffer.from("first word"), end: "fin" });
    client.end("last word");
    expect((await received[0])?.bytes.toString()).toBe("last word");
    expect(await harness.ended()).toMatchObject({ closedBy: "upstream", bytesRx: 9, bytesTx: 10 });
  });

  it("passes a reset by the client on and sets no flag", async ({ expect }) => {
    const upstream: Promise<{ end: string }>[] = [];
    const onUpstream = (socket: Socket): void => {
      upstream.push(outcomeOf(socket));
      socket.write("hi");
    };
    await using harness = await SessionHarness.start({ support, onUpstream });
    const client = harness.client();
    await once(client, "data");
    client.resetAndDestroy();
    const summary = await harness.ended();
    expect((await upstream[0])?.end).toBe("reset");
    expect(summary).toMatchObject({ closedBy: "downstream", responseFlags: 0 });
    expect(summary).toMatchObject({ downstreamCloseType: "RemoteReset", upstreamCloseType: "LocalReset" });
  });

  it("passes a reset by the upstream on and flags it UR", async ({ expect }) => {
    const onUpstream = (socket: Socket): void => void socket.once("data", () => socket.resetAndDestroy());
    await using harness = await SessionHarness.start({ support, onUpstream });
    const client = harness.client();
    const outcome = outcomeOf(client);
    client.write("now");
    expect((await outcome).end).toBe("reset");
    const summary = await harness.ended();
    expect(renderResponseFlags(flagsOf(summary.responseFlags))).toBe("UR");
    expect(summary).toMatchObject({ closedBy: "upstream", bytesRx: 3 });
    expect(summary).toMatchObject({ downstreamCloseType: "LocalReset", upstreamCloseType: "RemoteReset" });
  });

  it("passes a reset on after a half-close in either direction", async ({ expect }) => {
    const onUpstream = (socket: Socket): void => void socket.resume().on("end", () => socket.resetAndDestroy());
    await using harness = await SessionHarness.start({ support, onUpstream });
    const client = harness.client();
    const outcome = outcomeOf(client);
    client.end("fin, please");
    expect((await outcome).end).toBe("reset");
    expect(renderResponseFlags(flagsOf((await harness.ended()).responseFlags))).toBe("UR");
  });

  it("reaches an upstream behind a Unix socket, and ends it where there is no RST to send", async ({ expect }) => {
    const directory = await mkdtemp(join(tmpdir(), "nuncio-"));
    const path = join(directory, "upstream.sock");
    const server = createServer({ allowHalfOpen: true }, echo).listen(path);
    await once(server, "listening");
    const host: TcpUpstream = { address: path, ...LIMITS, dial: () => ({ kind: "address", options: { path } }) };
    const session = { pickUpstream: () => ({ kind: "host", host }) as const };
    await using harness = await SessionHarness.start({ support, session });
    const client = harness.client();
    client.write("over a pipe");
    expect((await firstChunk(client)).toString()).toBe("over a pipe");
    client.resetAndDestroy();
    expect(await harness.ended()).toMatchObject({ bytesRx: 11, bytesTx: 11, downstreamCloseType: "RemoteReset" });
    await new Promise((resolve) => server.close(resolve));
    await rm(directory, { recursive: true });
  });

  it("reports UF and URX, and why, when the upstream refuses", async ({ expect }) => {
    const host = hostAt(await closedPort(), "closed");
    const session = { pickUpstream: () => ({ kind: "host", host }) as const, maxConnectAttempts: 3 };
    await using harness = await SessionHarness.start({ support, session });
    expect((await outcomeOf(harness.client())).end).toBe("fin");
    const summary = await harness.ended();
    expect(renderResponseFlags(flagsOf(summary.responseFlags))).toBe("UF,URX");
    expect(summary).toMatchObject({
      connectAttempts: 3,
      detail: "tcp_initializion_failure:0",
      transportReason: "delayed_connect_error: Connection refused",
      upstream: host,
      closedBy: "local",
    });
    expect(harness.events).toEqual(
      Array.from({ length: 3 }, () => ["connecting closed", "failed closed refused"]).flat(),
    );
    expect(harness.timers.pending).toBe(0);
  });

  it("picks anew for every attempt and clears the failure of the one before", async ({ expect }) => {
    const closed = hostAt(await closedPort(), "closed");
    const picked: number[] = [];
    await using open = await SessionHarness.start({ support, onUpstream: echo });
    const hosts = [closed, hostAt(open.upstreamPort, "open")] as const;
    const pickUpstream = (attempt: number): { kind: "host"; host: TcpUpstream } => {
      picked.push(attempt);
      return { kind: "host", host: hosts[((attempt - 1) % 2) as 0 | 1] };
    };
    const session = { pickUpstream, maxConnectAttempts: 2 };
    await using harness = await SessionHarness.start({ support, session });
    const client = harness.client();
    const outcome = outcomeOf(client);
    client.end("second time lucky");
    expect((await outcome).bytes.toString()).toBe("second time lucky");
    const summary = await harness.ended();
    expect(picked).toEqual([1, 2]);
    expect(summary).toMatchObject({ connectAttempts: 2, transportReason: "" });
    expect(renderResponseFlags(flagsOf(summary.responseFlags))).toBe("UF");
  });

  it("waits between attempts as the back-off says", async ({ expect }) => {
    const host = hostAt(await closedPort(), "closed");
    const pickUpstream = () => ({ kind: "host", host }) as const;
    const random = { uint32: () => 999, uuid: () => "" };
    const session = { pickUpstream, random, maxConnectAttempts: 4, backoff: { baseMs: 100, maxMs: 150 } };
    await using harness = await SessionHarness.start({ support, session });
    const client = harness.client();
    // 999 modulo the intervals 100, 150, 150.
    for (const [failures, waitMs] of [
      [1, 99],
      [2, 99],
      [3, 99],
    ] as const) {
      await harness.until(() => harness.events.filter((event) => event.startsWith("failed")).length === failures);
      harness.timers.advance(waitMs - 1);
      expect(harness.events).toHaveLength(failures * 2);
      harness.timers.advance(1);
      expect(harness.events).toHaveLength(failures * 2 + 1);
    }
    await outcomeOf(client);
    expect((await harness.ended()).durationMs).toBe(297);
  });

  it("gives an attempt up after the connect timeout", async ({ expect }) => {
    const made: Socket[] = [];
    const session = {
      pickUpstream: () => ({ kind: "host", host: silentHost(made, 250) }) as const,
      maxConnectAttempts: 2,
    };
    await using harness = await SessionHarness.start({ support, session });
    const outcome = outcomeOf(harness.client());
    await harness.until(() => made.length === 1);
    harness.timers.advance(249);
    expect(harness.events).toEqual(["connecting silent"]);
    harness.timers.advance(1);
    expect(harness.events).toEqual(["connecting silent", "failed silent timeout", "connecting silent"]);
    harness.timers.advance(250);
    expect((await outcome).end).toBe("fin");
    expect(renderResponseFlags(flagsOf((await harness.ended()).responseFlags))).toBe("UF,URX");
    expect(made.map((socket) => socket.destroyed)).toEqual([true, true]);
    expect(harness.timers.pending).toBe(0);
  });

  it.for<[NoUpstreamReason, string, number]>([
    ["no_healthy_host", "UH", 1],
    ["overflow", "UO", 2],
    ["no_cluster", "NC", 3],
  ])("closes a client it has no host for: %s is %s", async ([reason, flag, number], { expect }) => {
    const session = { pickUpstream: () => ({ kind: "none", reason }) as const };
    await using harness = await SessionHarness.start({ support, session });
    await outcomeOf(harness.client());
    const summary = await harness.ended();
    expect(renderResponseFlags(flagsOf(summary.responseFlags))).toBe(flag);
    expect(summary).toMatchObject({ detail: `tcp_initializion_failure:${number}`, upstream: undefined });
  });

  it("ends an idle session, and bytes either way put that off", async ({ expect }) => {
    await using harness = await SessionHarness.start({ support, onUpstream: echo, session: { idleTimeoutMs: 1000 } });
    const client = harness.client();
    const outcome = outcomeOf(client);
    await harness.until(() => harness.events.includes("connected"));
    harness.timers.advance(900);
    client.write("x");
    await harness.until(() => harness.stats.bytesTx === 1);
    harness.timers.advance(999);
    expect(harness.stats).toEqual({ connected: true, bytesRx: 1, bytesTx: 1 });
    harness.timers.advance(1);
    expect((await outcome).end).toBe("fin");
    const summary = await harness.ended();
    expect(summary).toMatchObject({ detail: "tcp_session_idle_timeout", closedBy: "local", durationMs: 1900 });
    expect(harness.timers.pending).toBe(0);
  });

  it("ends an idle session whose one side has sent FIN", async ({ expect }) => {
    const onUpstream = (socket: Socket): void => void socket.resume();
    await using harness = await SessionHarness.start({ support, onUpstream, session: { idleTimeoutMs: 1000 } });
    const client = harness.client();
    const outcome = outcomeOf(client);
    client.end("x");
    await harness.until(() => harness.stats.bytesRx === 1);
    harness.timers.advance(1000);
    expect((await outcome).end).toBe("fin");
    expect((await harness.ended()).detail).toBe("tcp_session_idle_timeout");
  });

  it("counts idle time from accept, so also while it connects", async ({ expect }) => {
    const made: Socket[] = [];
    const pickUpstream = () => ({ kind: "host", host: silentHost(made) }) as const;
    await using harness = await SessionHarness.start({ support, session: { pickUpstream, idleTimeoutMs: 1000 } });
    const outcome = outcomeOf(harness.client());
    await harness.until(() => made.length === 1);
    harness.timers.advance(1000);
    expect((await outcome).end).toBe("fin");
    expect((await harness.ended()).detail).toBe("tcp_session_idle_timeout");
    expect(made[0]?.destroyed).toBe(true);
  });

  it("ends a session at its maximum duration, busy or not, and flags it DT", async ({ expect }) => {
    await using harness = await SessionHarness.start({ support, onUpstream: echo, session: { maxDurationMs: 700 } });
    const outcome = outcomeOf(harness.client());
    await harness.until(() => harness.events.includes("connected"));
    harness.timers.advance(700);
    await outcome;
    const summary = await harness.ended();
    expect(renderResponseFlags(flagsOf(summary.responseFlags))).toBe("DT");
    expect(summary.detail).toBe("max_connection_duration_reached");
  });

  it("close with flush sends what is queued, then FIN to both", async ({ expect }) => {
    const upstream: Promise<{ end: string }>[] = [];
    const onUpstream = (socket: Socket): void => {
      upstream.push(outcomeOf(socket));
      socket.write(Buffer.alloc(8 * 1024 * 1024, "z"));
    };
    await using harness = await SessionHarness.start({ support, onUpstream });
    const client = harness.client();
    await harness.until(() => harness.stats.bytesTx > 0);
    for (let turn = 0; turn < 20; turn++) await nextTurn();
    const outcome = outcomeOf(client);
    const sent = harness.stats.bytesTx;
    harness.sessions[0]?.close("flush", "drain");
    expect(await outcome.then(({ bytes, end }) => [bytes.length, end])).toEqual([sent, "fin"]);
    client.end();
    const summary = await harness.ended();
    expect(summary).toMatchObject({ detail: "drain", closedBy: "local", bytesTx: sent });
  });

  it("close with abort resets both sides", async ({ expect }) => {
    const upstream: Promise<{ end: string }>[] = [];
    const onUpstream = (socket: Socket): void => void upstream.push(outcomeOf(socket));
    await using harness = await SessionHarness.start({ support, onUpstream });
    const outcome = outcomeOf(harness.client());
    await harness.until(() => harness.stats.connected);
    await harness.until(() => upstream.length === 1);
    harness.sessions[0]?.close("abort", "shutdown");
    expect((await outcome).end).toBe("reset");
    expect((await upstream[0])?.end).toBe("reset");
    expect((await harness.ended()).detail).toBe("shutdown");
  });

  it("close while connecting ends the attempt and the client", async ({ expect }) => {
    const made: Socket[] = [];
    const pickUpstream = () => ({ kind: "host", host: silentHost(made) }) as const;
    await using harness = await SessionHarness.start({ support, session: { pickUpstream } });
    const outcome = outcomeOf(harness.client());
    await harness.until(() => made.length === 1);
    harness.sessions[0]?.close("flush", "drain");
    expect((await outcome).end).toBe("fin");
    expect(await harness.ended()).toMatchObject({ detail: "drain", closedBy: "local", bytesRx: 0 });
    expect(made[0]?.destroyed).toBe(true);
    expect(harness.timers.pending).toBe(0);
  });

  it("ends at once for a client that is gone already", async ({ expect }) => {
    const inspect = async (accepted: Socket): Promise<undefined> => {
      accepted.destroy();
      await once(accepted, "close");
    };
    await using harness = await SessionHarness.start({ support, onUpstream: echo, inspect });
    harness.client();
    expect(await harness.ended()).toMatchObject({ closedBy: "downstream", bytesRx: 0 });
    expect(harness.timers.pending).toBe(0);
  });

  it("leaves the listener's accounting intact", async ({ expect }) => {
    await using harness = await SessionHarness.start({ support, onUpstream: echo });
    const client = harness.client();
    client.write("x");
    await once(client, "data");
    expect(await harness.openConnections()).toBe(1);
    const closed = harness.closeListener();
    client.end();
    await harness.ended();
    await closed;
    expect(harness.summaries).toHaveLength(1);
  });
});

describe("startTcpProxySession with direct I/O only", () => {
  it("reads what an upstream sent before it reset, although a write found the reset first", async ({ expect }) => {
    const onUpstream = (socket: Socket): void => {
      socket.once("data", () => socket.write("too large", () => socket.resetAndDestroy()));
    };
    await using harness = await SessionHarness.start({ support: { kind: "direct" }, onUpstream });
    for (let count = 0; count < 40; count++) {
      const client = harness.client();
      const flood = (): void => void client.write(Buffer.alloc(100_000));
      client.on("drain", flood);
      flood();
    }
    await harness.ended(40);
    expect(new Set(harness.summaries.map(({ bytesTx }) => bytesTx))).toEqual(new Set(["too large".length]));
    expect(new Set(harness.summaries.map(({ responseFlags }) => renderResponseFlags(flagsOf(responseFlags))))).toEqual(
      new Set(["UR"]),
    );
  });
});
