import { once } from "node:events";
import { createServer as createHttpServer } from "node:http";
import { type AddressInfo, connect, createServer, type Server, type Socket } from "node:net";
import { describe, it } from "vitest";
import { type FixedOnRead, probeDirectIo, readIntoBuffer, writeNow } from "../../../l4-node/tcp/direct-io.ts";
import { nextTurn, outcomeOf } from "./session-harness.ts";

interface Pair extends AsyncDisposable {
  readonly server: Server;
  readonly client: Socket;
  readonly accepted: Socket;
}

async function connectedPair(): Promise<Pair> {
  const server = createServer({ allowHalfOpen: true, pauseOnConnect: true }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo; // a TCP server that listens has an address object
  const client = connect({ port, host: "127.0.0.1", allowHalfOpen: true });
  const [accepted] = (await once(server, "connection")) as [Socket]; // the documented argument of the event
  const close = async (): Promise<void> => {
    client.destroy();
    accepted.destroy();
    if (server.listening) await new Promise((resolve) => server.close(resolve));
  };
  return { server, client, accepted, [Symbol.asyncDispose]: close };
}

/** Keeps a copy of everything that is read. */
function collector(): { readonly onread: FixedOnRead; readonly text: () => string } {
  const seen: Buffer[] = [];
  const callback = (length: number, bytes: Uint8Array): boolean => {
    seen.push(Buffer.from(bytes.slice(0, length)));
    return true;
  };
  return { onread: { buffer: new Uint8Array(1024), callback }, text: () => Buffer.concat(seen).toString() };
}

function adopt(accepted: Socket, onread: FixedOnRead): void {
  if (!readIntoBuffer(accepted, onread)) throw new Error("a plain paused socket was refused");
}

function connectionCount(server: Server): Promise<number> {
  return new Promise((resolve) => server.getConnections((_, count) => resolve(count)));
}

describe("probeDirectIo", () => {
  it("finds direct I/O on the Node this project pins, and leaves nothing open", async ({ expect }) => {
    const before = process.getActiveResourcesInfo().filter((name) => name.startsWith("TCP")).length;
    const verdict = await probeDirectIo();
    for (let turn = 0; turn < 10; turn++) await nextTurn();
    const after = process.getActiveResourcesInfo().filter((name) => name.startsWith("TCP")).length;
    expect(verdict).toEqual({ kind: "direct" });
    expect(after).toBe(before);
  });
});

describe("readIntoBuffer", () => {
  it("reads what came before and after, by events of the same socket", async ({ expect }) => {
    await using pair = await connectedPair();
    const inbox = collector();
    pair.client.write("before ");
    await nextTurn();
    adopt(pair.accepted, inbox.onread);
    pair.accepted.resume();
    pair.client.end("after");
    await once(pair.accepted, "end");
    expect(inbox.text()).toBe("before after");
    expect(pair.accepted.bytesRead).toBe(12);
  });

  it("reads nothing until it is resumed, and nothing while it is paused", async ({ expect }) => {
    await using pair = await connectedPair();
    const inbox = collector();
    adopt(pair.accepted, inbox.onread);
    pair.client.write("x");
    for (let turn = 0; turn < 20; turn++) await nextTurn();
    expect(inbox.text()).toBe("");
    pair.accepted.resume();
    while (inbox.text() === "") await nextTurn();
    pair.accepted.pause();
    pair.client.write("y");
    for (let turn = 0; turn < 20; turn++) await nextTurn();
    expect(inbox.text()).toBe("x");
  });

  it("leaves the server's accounting alone", async ({ expect }) => {
    await using pair = await connectedPair();
    adopt(pair.accepted, collector().onread);
    expect(await connectionCount(pair.server)).toBe(1);
    const closed = new Promise((resolve) => pair.server.close(resolve));
    pair.accepted.destroy();
    await closed;
    expect(await connectionCount(pair.server)).toBe(0);
  });

  it("keeps half-close, finish, keep-alive and no-delay working", async ({ expect }) => {
    await using pair = await connectedPair();
    const outcome = outcomeOf(pair.client);
    adopt(pair.accepted, collector().onread);
    pair.accepted.setKeepAlive(true, 1000).setNoDelay(true).resume();
    pair.accepted.end("mine first");
    await once(pair.accepted, "finish");
    expect(await outcome).toEqual({ bytes: Buffer.from("mine first"), end: "fin" });
    expect(pair.accepted.destroyed).toBe(false);
    pair.client.end();
    await once(pair.accepted, "close");
  });

  it("leaves a reset to be reported as an error, then a close", async ({ expect }) => {
    await using pair = await connectedPair();
    adopt(pair.accepted, collector().onread);
    const errors: unknown[] = [];
    pair.accepted.on("error", (error: NodeJS.ErrnoException) => errors.push(error.code));
    pair.accepted.resume();
    const closed = new Promise((resolve) => pair.accepted.on("close", resolve));
    pair.client.resetAndDestroy();
    await closed;
    expect(errors).toEqual(["ECONNRESET"]);
  });

  it("leaves a socket alone that has bytes of its own to deliver", async ({ expect }) => {
    await using pair = await connectedPair();
    pair.accepted.unshift(Buffer.from("peeked"));
    expect(readIntoBuffer(pair.accepted, collector().onread)).toBe(false);
    expect(pair.accepted.read()).toEqual(Buffer.from("peeked"));
  });

  it("leaves a socket alone that is destroyed", async ({ expect }) => {
    await using pair = await connectedPair();
    pair.accepted.destroy();
    expect(readIntoBuffer(pair.accepted, collector().onread)).toBe(false);
  });
});

describe("writeNow", () => {
  it("takes what fits and says 0 when nothing does", async ({ expect }) => {
    await using pair = await connectedPair();
    const chunk = new Uint8Array(1024 * 1024);
    let last = chunk.length;
    let total = 0;
    while (last > 0) {
      last = writeNow(pair.accepted, chunk, chunk.length);
      total += last;
    }
    expect(total).toBeGreaterThan(0);
    const outcome = outcomeOf(pair.client);
    pair.accepted.end();
    expect((await outcome).bytes.length).toBe(total);
  });

  it("takes nothing once the socket is closed, so a reused descriptor is safe", async ({ expect }) => {
    await using pair = await connectedPair();
    pair.accepted.destroy();
    const other = createHttpServer().listen(0, "127.0.0.1");
    await once(other, "listening");
    expect(writeNow(pair.accepted, new Uint8Array(10), 10)).toBe(0);
    other.close();
  });

  it("throws the system's error for a broken connection", async ({ expect }) => {
    await using pair = await connectedPair();
    pair.client.resetAndDestroy();
    await once(pair.client, "close");
    expect(() => writeNow(pair.accepted, new Uint8Array(10), 10)).toThrow(/ECONNRESET|EPIPE/u);
  });
});
