import { once } from "node:events";
import { type IncomingMessage, request } from "node:http";
import { connect } from "node:net";
import { afterAll, beforeAll, describe, it } from "vitest";
import { readRequests } from "../shared/http1/http1-events.ts";
import { EdgeFixture, loopback } from "../support/edge-fixture.ts";
import { RawBackend, type RawConnection } from "../support/raw-backend.ts";
import { rawExchange, statusOf } from "../support/raw-http.ts";

const MEGABYTE = 1024 * 1024;
/** Far more than sockets and streams on the way hold. */
const SLOW_BYTES = 24 * MEGABYTE;

/** What the backend does with a request, by its path. */
const ANSWERS: Readonly<Record<string, (connection: RawConnection) => void>> = {
  "/echo": ({ socket }) =>
    socket.end(
      "HTTP/1.1 200 Fine\r\nX-One: 1\r\nx-two: 2\r\nX-One: 3\r\nSet-Cookie: a\r\nSet-Cookie: b\r\nContent-Length: 2\r\n\r\nok",
    ),
  "/interim": ({ socket }) =>
    socket.write("HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"),
  "/chunked": ({ socket }) =>
    socket.write("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\nX-Trailer: 1\r\n\r\n"),
  "/until-close": ({ socket }) => socket.end("HTTP/1.1 200 OK\r\n\r\nall of it"),
  "/no-content": ({ socket }) => socket.write("HTTP/1.1 204 No Content\r\n\r\n"),
  "/cut-length": ({ socket }) => socket.end("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf"),
  "/cut-chunks": ({ socket }) => socket.end("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\n"),
  "/reset-in-body": ({ socket }) =>
    socket.write("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf", () => socket.resetAndDestroy()),
  "/reset": ({ socket }) => socket.resetAndDestroy(),
  "/hang-up": ({ socket }) => socket.end(),
  "/nonsense": ({ socket }) => socket.write("HTTP/1.1 200 OK\nX: y\r\n\r\n"),
  "/two-lengths": ({ socket }) => socket.write("HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab"),
  "/endless": ({ socket }) => {
    socket.write("HTTP/1.1 200 OK\r\n\r\n");
    const writing = setInterval(() => socket.write("more"), 10);
    socket.once("close", () => clearInterval(writing));
  },
  "/slow": ({ socket }) => {
    socket.write(`HTTP/1.1 200 OK\r\nContent-Length: ${SLOW_BYTES}\r\n\r\n`);
    socket.write(Buffer.alloc(SLOW_BYTES, "x"));
  },
};

function answer(connection: RawConnection): void {
  const [, method, path = ""] = /^([A-Z]+) (\S+) /.exec(connection.received) ?? [];
  const isWhole =
    method === "POST" ? connection.received.includes("0\r\n\r\n") : connection.received.endsWith("\r\n\r\n");
  if (isWhole) ANSWERS[path]?.(connection);
}

/** A backend that speaks no TLS, asked in TLS: the handshake has no end. */
function overTls(cluster: object): object {
  const type = "type.googleapis.com/envoy.extensions.transport_sockets.tls.v3.UpstreamTlsContext";
  return { ...cluster, connect_timeout: "0.3s", transport_socket: { name: "tls", typed_config: { "@type": type } } };
}

function connectCluster(name: string, port: number): object {
  const endpoints = [{ lb_endpoints: [{ endpoint: { address: loopback(port) } }] }];
  const metadata = { filter_metadata: { "nuncio.edge": { exit: "connect" } } };
  return { name, connect_timeout: "2s", metadata, load_assignment: { cluster_name: name, endpoints } };
}

describe("the edge's connect exit", () => {
  let backend: RawBackend;
  let edge: EdgeFixture;

  beforeAll(async () => {
    backend = await RawBackend.start(answer);
    edge = await EdgeFixture.start({
      backend: (_, response) => response.end(),
      clusters: [
        connectCluster("raw", backend.port),
        connectCluster("nobody", 1),
        overTls(connectCluster("tls", backend.port)),
      ],
      manager: { upgrade_configs: [{ upgrade_type: "websocket" }] },
      routes: [
        { match: { prefix: "/timeout" }, route: { cluster: "raw", timeout: "0.2s" } },
        { match: { prefix: "/tls" }, route: { cluster: "tls" } },
        { match: { prefix: "/nobody" }, route: { cluster: "nobody" } },
        { match: { prefix: "/" }, route: { cluster: "raw" } },
      ],
    });
  });

  afterAll(async () => {
    await edge.stop();
    await backend.stop();
  });

  function get(path: string, fields = ""): Promise<string> {
    return rawExchange(
      edge.port,
      `GET ${path} HTTP/1.1\r\nHost: Exact.Example:8443\r\n${fields}Connection: close\r\n\r\n`,
    );
  }

  /** Long enough for far more than {@link SLOW_BYTES} to pass, if they could. */
  async function otherTraffic(): Promise<void> {
    for (let turn = 0; turn < 200; turn++) await (await fetch(edge.url("/until-close"))).text();
  }

  it("sends the exact Host", async ({ expect }) => {
    expect(statusOf(await get("/echo", "X-Same: 1\r\nX-Other: 2\r\n"))).toBe(200);
    const { received } = backend.newest;
    expect(received).toMatch(/^GET \/echo HTTP\/1\.1\r\nhost: exact\.example:8443\r\n/i);
    expect(received).toMatch(/\r\nx-same: 1\r\n/);
  });

  it("keeps every header of an answer, duplicates too", async ({ expect }) => {
    const received = await get("/echo");
    expect(received).toMatch(/\r\nset-cookie: a\r\n(?:.*\r\n)*set-cookie: b\r\n/i);
    expect(received).toMatch(/\r\nx-one: 1\r\nx-one: 3\r\nx-two: 2\r\n/i);
    expect(received).toMatch(/\r\n\r\nok$/);
  });

  it.for([
    ["/interim", "ok"],
    ["/chunked", "ok"],
    ["/until-close", "all of it"],
  ])("passes on the answer of %s", async ([path = "", body], { expect }) => {
    const response = await fetch(edge.url(path));
    expect([response.status, await response.text()]).toEqual([200, body]);
  });

  it("passes on an answer without a body", async ({ expect }) => {
    const response = await fetch(edge.url("/no-content"));
    expect([response.status, await response.text()]).toEqual([204, ""]);
  });

  it("sends a body of unknown length in chunks, and its end", async ({ expect }) => {
    const body = new ReadableStream({
      start(controller) {
        controller.enqueue(new TextEncoder().encode("first "));
        controller.enqueue(new TextEncoder().encode("second"));
        controller.close();
      },
    });
    const response = await fetch(edge.url("/echo"), { method: "POST", body, duplex: "half" });
    expect(response.status).toBe(200);
    const [received] = readRequests(backend.newest.received);
    expect(received).toMatchObject({ body: "first second", end: "end", head: { framing: { kind: "chunked" } } });
  });

  it.for(["/cut-length", "/cut-chunks", "/reset-in-body"])(
    "never passes off a body that broke off for a whole one: %s",
    async (path, { expect }) => {
      await expect(fetch(edge.url(path)).then((response) => response.text())).rejects.toThrow();
    },
  );

  it("lets the upstream take no request that broke off for a whole one", async ({ expect }) => {
    const client = connect(edge.port, "127.0.0.1");
    client.write("POST /upload HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\n");
    await backend.until("POST /upload", ({ received }) => received.endsWith("half"));
    client.destroy();
    const { received } = await backend.untilOver("POST /upload");
    expect(readRequests(received)).toMatchObject([{ body: "half", end: "truncated" }]);
  });

  it("takes no more from the client than the upstream does", async ({ expect }) => {
    const client = connect(edge.port, "127.0.0.1");
    client.write(`POST /stalled HTTP/1.1\r\nHost: a\r\nContent-Length: ${SLOW_BYTES}\r\n\r\n`);
    const { socket } = await backend.until("POST /stalled", ({ received }) => received.endsWith("\r\n\r\n"));
    socket.pause();
    client.write(Buffer.alloc(SLOW_BYTES));
    await otherTraffic();
    expect(client.writableLength).toBeGreaterThan(SLOW_BYTES / 2);
    client.destroy();
    socket.resume();
    expect((await backend.untilOver("POST /stalled")).received.length).toBeLessThan(SLOW_BYTES);
  });

  it.for([
    ["/nobody", 503, "remote connection failure"],
    ["/tls", 503, "connection timeout"],
    ["/reset", 503, "connection termination"],
    ["/hang-up", 503, "connection termination"],
    ["/nonsense", 502, "protocol error"],
    ["/two-lengths", 502, "protocol error"],
  ] as const)("says what became of %s", async ([path, status, reason], { expect }) => {
    const response = await fetch(edge.url(path));
    expect([response.status, await response.text()]).toEqual([status, expect.stringContaining(reason)]);
  });

  it("switches no protocols", async ({ expect }) => {
    const headers = { connection: "upgrade", upgrade: "websocket" };
    const asking = request(edge.url("/ws"), { headers }).end();
    // The list of what the event carries is Node's to know.
    const [response] = (await once(asking, "response")) as [IncomingMessage];
    const text = (await response.toArray()).join("");
    expect([response.statusCode, text]).toEqual([502, expect.stringContaining("protocol error")]);
  });

  it("closes the connection when the client goes away", async ({ expect }) => {
    const client = connect(edge.port, "127.0.0.1");
    client.write("GET /endless HTTP/1.1\r\nHost: a\r\n\r\n");
    await once(client, "data");
    client.destroy();
    expect((await backend.untilOver("GET /endless")).isOver).toBe(true);
  });

  it("closes the connection when the route's time is up", async ({ expect }) => {
    const response = await fetch(edge.url("/timeout"));
    expect(response.status).toBe(504);
    expect((await backend.untilOver("GET /timeout")).isOver).toBe(true);
  });

  it("reads no faster than the client does", async ({ expect }) => {
    const client = connect(edge.port, "127.0.0.1");
    client.write("GET /slow HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
    let read = 0;
    await once(client, "readable");
    await otherTraffic();
    const { socket } = await backend.until("GET /slow", () => true);
    expect(socket.writableLength).toBeGreaterThan(SLOW_BYTES / 2);
    for await (const chunk of client) read += (chunk as Buffer).length;
    expect(read).toBeGreaterThan(SLOW_BYTES);
  });
});
