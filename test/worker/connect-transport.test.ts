import { describe, it } from "vitest";
import type { UpstreamHost } from "../../shared/host/upstream-host.ts";
import type { Cancellation, UpstreamOutcome, UpstreamTarget } from "../../shared/host/upstream-transport.ts";
import { BodyFailure, type BodyRead, type BodySource, END } from "../../shared/http/body-source.ts";
import { BytesBody } from "../../shared/http/bytes-body.ts";
import { HeaderMap } from "../../shared/http/header-map.ts";
import type { ResetReason } from "../../shared/http/reset-reason.ts";
import { ConnectTransport } from "../../worker/host/connect-transport.ts";
import { FakeTimers } from "../support/fakes.ts";
import { FakeSocket, openerOf } from "./fake-socket.ts";

class Given implements Cancellation {
  cancelled: ResetReason | undefined;
  #callbacks: ((reason: ResetReason) => void)[] = [];

  onCancel(callback: (reason: ResetReason) => void): void {
    if (this.cancelled === undefined) this.#callbacks.push(callback);
    else callback(this.cancelled);
  }

  cancel(reason: ResetReason): void {
    this.cancelled = reason;
    for (const callback of this.#callbacks.splice(0)) callback(reason);
  }
}

/** A body in the given pieces, then its end, a failure, or nothing more. */
class ScriptedBody implements BodySource {
  cancelled: ResetReason | undefined;
  readonly #reads: (BodyRead | Promise<BodyRead>)[];
  readonly #trailers: HeaderMap | undefined;

  constructor(reads: (BodyRead | Promise<BodyRead>)[], trailers?: HeaderMap) {
    this.#reads = reads;
    this.#trailers = trailers;
  }

  read(): BodyRead | Promise<BodyRead> {
    return this.#reads.shift() ?? END;
  }

  trailers(): HeaderMap | undefined {
    return this.#trailers;
  }

  cancel(reason: ResetReason): void {
    this.cancelled ??= reason;
  }

  unwrap(): undefined {
    return undefined;
  }
}

const NEVER: Promise<BodyRead> = new Promise(() => undefined);

interface Exchange {
  readonly socket?: FakeSocket;
  readonly headers?: readonly (readonly [string, string])[];
  readonly body?: BodySource;
  readonly tls?: boolean;
}

function start({ socket = new FakeSocket(), headers = [], body, tls = false }: Exchange = {}) {
  const { open, calls } = openerOf(socket);
  const timers = new FakeTimers();
  const given = new Given();
  const start: [string, string][] = [
    [":method", body === undefined ? "GET" : "POST"],
    [":path", "/x?y"],
    [":authority", "Public.example"],
    [":scheme", "https"],
  ];
  const isPseudo = ([name]: readonly [string, string]): boolean => name.startsWith(":");
  const map = HeaderMap.from([...start, ...headers.filter((header) => !isPseudo(header))]);
  for (const [name, value] of headers.filter(isPseudo)) map.set(name, value);
  const request = { headers: map, body, onBodySent: () => undefined };
  const outcome = new ConnectTransport(open, timers).exchange(target(tls), request, given);
  return { outcome, socket, timers, given, calls };
}

function target(tls: boolean): UpstreamTarget {
  const host = { address: "10.0.0.1:8080", target: { kind: "ip", host: "10.0.0.1", port: 8080 } };
  // The transport looks at the address alone.
  return { clusterName: "app", host: host as unknown as UpstreamHost, connectTimeoutMs: 5000, tls };
}

async function bodyText(outcome: UpstreamOutcome): Promise<string> {
  if (outcome.kind !== "response" || outcome.body === undefined) return `no body: ${JSON.stringify(outcome)}`;
  let text = "";
  for (;;) {
    const read = await outcome.body.read();
    if (read === END) return text;
    if (read instanceof BodyFailure) return `${text}!${read.reason}`;
    text += String.fromCharCode(...read);
  }
}

function bytes(text: string): Uint8Array {
  return Uint8Array.from(text, (char) => char.charCodeAt(0));
}

describe("ConnectTransport", () => {
  it("opens a connection to the endpoint's address, with TLS where the cluster has it", async ({ expect }) => {
    const plain = start();
    const secure = start({ tls: true });
    expect([...plain.calls, ...secure.calls]).toEqual([
      ["10.0.0.1:8080", { secureTransport: "off", allowHalfOpen: true }],
      ["10.0.0.1:8080", { secureTransport: "on", allowHalfOpen: true }],
    ]);
  });

  it("sends headers as they are, and gives the answer with all of its headers", async ({ expect }) => {
    const { outcome, socket } = start({
      headers: [
        ["x", "1"],
        ["y", "caf\xe9"],
        ["x", "2"],
      ],
    });
    await socket.untilSent("\r\n\r\n");
    expect(socket.sent).toBe("GET /x?y HTTP/1.1\r\nhost: Public.example\r\nx: 1\r\ny: caf\xe9\r\nx: 2\r\n\r\n");
    socket.answer("HTTP/1.1 200 OK\r\nX: 1\r\nContent-Length: 2\r\nX: 2\r\n\r\nok");
    const answer = await outcome;
    expect(headersOf(answer)).toEqual([
      [":status", "200"],
      ["x", "1"],
      ["content-length", "2"],
      ["x", "2"],
    ]);
    expect(socket.isClosed).toBe(false);
    expect(await bodyText(answer)).toBe("ok");
    expect(socket.isClosed).toBe(true);
  });

  it("sends a body in chunks with its trailers, and takes trailers back", async ({ expect }) => {
    const body = new ScriptedBody([bytes("ab"), bytes("cde"), END], HeaderMap.from([["x-sum", "5"]]));
    const { outcome, socket } = start({ body });
    await socket.untilSent("x-sum");
    expect(socket.sent.slice(socket.sent.indexOf("\r\n\r\n") + 4)).toBe("2\r\nab\r\n3\r\ncde\r\n0\r\nx-sum: 5\r\n\r\n");
    socket.answer("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nx\r\n0\r\nGrpc-Status: 0\r\n\r\n");
    const answer = await outcome;
    expect(await bodyText(answer)).toBe("x");
    expect(trailersOf(answer)).toEqual([["grpc-status", "0"]]);
  });

  it("reads no more of an answer than it is asked for", async ({ expect }) => {
    const { outcome, socket } = start();
    socket.answer("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\n");
    const answer = await outcome;
    const pulls = socket.pulls;
    socket.answer("all ");
    await Promise.resolve();
    expect(socket.pulls).toBe(pulls);
    expect(await bodyText(answer)).toBe("all ");
  });

  it("passes over interim answers", async ({ expect }) => {
    const { outcome, socket } = start();
    socket.answer("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\n\r\nHTTP/1.1 204 No Content\r\n\r\n");
    expect(await outcome).toMatchObject({ kind: "response", body: undefined });
    expect(socket.isClosed).toBe(true);
  });

  it("gives an answer that comes before the request is out, and then sends no more of it", async ({ expect }) => {
    const body = new ScriptedBody([bytes("ab"), NEVER]);
    const { outcome, socket } = start({ body });
    await socket.untilSent("ab");
    socket.refuseMore();
    socket.answer("HTTP/1.1 413 Payload Too Large\r\nContent-Length: 2\r\n\r\nno");
    expect(await bodyText(await outcome)).toBe("no");
    expect([body.cancelled, socket.isClosed]).toEqual(["local reset", true]);
  });
});

describe("ConnectTransport, when it fails", () => {
  it("says that a connection was refused, in the platform's words", async ({ expect }) => {
    const body = new BytesBody(bytes("x"));
    const { outcome } = start({ socket: new FakeSocket(Promise.reject(new Error("no such host"))), body });
    expect(await outcome).toEqual({
      kind: "failure",
      reason: "remote connection failure",
      transportReason: "no such host",
      sent: "nothing",
      reusedConnection: false,
    });
    expect(body.read()).toBeInstanceOf(BodyFailure);
  });

  it("gives up a connection that does not open in time", async ({ expect }) => {
    const { outcome, socket, timers } = start({ socket: new FakeSocket(NEVER) });
    timers.advance(5000);
    expect(await outcome).toMatchObject({ reason: "connection timeout", sent: "nothing" });
    expect(socket.isClosed).toBe(true);
  });

  it("leaves no timer behind", async ({ expect }) => {
    const opened = start();
    await opened.socket.untilSent("\r\n\r\n");
    const cancelled = start({ socket: new FakeSocket(NEVER) });
    cancelled.given.cancel("local reset");
    expect(await cancelled.outcome).toMatchObject({ reason: "local reset", sent: "nothing" });
    expect([opened.timers.pending, cancelled.timers.pending]).toEqual([0, 0]);
  });

  it("says that the platform refuses to connect at all", async ({ expect }) => {
    const refusing = new ConnectTransport(() => {
      throw new Error("blocked port");
    }, new FakeTimers());
    const headers = HeaderMap.from([
      [":method", "GET"],
      [":path", "/"],
      [":authority", "a"],
    ]);
    const outcome = await refusing.exchange(
      target(false),
      { headers, body: undefined, onBodySent: () => undefined },
      new Given(),
    );
    expect(outcome).toMatchObject({
      reason: "remote connection failure",
      transportReason: "blocked port",
      sent: "nothing",
    });
  });

  it("tells how much was sent when the connection ends before the answer", async ({ expect }) => {
    const whole = start();
    await whole.socket.untilSent("\r\n\r\n");
    whole.socket.end();
    expect(await whole.outcome).toMatchObject({ reason: "connection termination", sent: "all" });
    const part = start({ body: new ScriptedBody([bytes("ab"), NEVER]) });
    await part.socket.untilSent("ab");
    part.socket.break();
    expect(await part.outcome).toMatchObject({ reason: "connection termination", sent: "partial" });
  });

  it.for([
    ["", "connection termination"],
    ["HTTP/1.1 200 OK\r\nContent-Le", "protocol error"],
    ["HTTP/1.1 200 OK\n", "protocol error"],
    ["HTTP/1.1 200 OK\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n", "protocol error"],
    ["HTTP/1.1 101 Switching Protocols\r\n\r\n", "protocol error"],
    ["HTTP/1.1 600 Odd\r\n\r\n", "protocol error"],
    [`HTTP/1.1 200 OK\r\nX: ${"a".repeat(81 * 1024)}\r\n\r\n`, "protocol error"],
  ] as const)("takes no answer that cannot be one, %#", async ([text, reason], { expect }) => {
    const { outcome, socket } = start();
    socket.answer(text);
    socket.end();
    expect(await outcome).toMatchObject({ kind: "failure", reason });
    expect(socket.isClosed).toBe(true);
  });

  it.for([
    ["Content-Length: 5\r\n\r\nabc", "abc!protocol error"],
    ["Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n", "abc!protocol error"],
    ["Transfer-Encoding: chunked\r\n\r\n3\r\nabcd\r\n", "abc!protocol error"],
    ["\r\nabc", "abc"],
  ] as const)("never ends a body that was cut off: %j", async ([text, body], { expect }) => {
    const { outcome, socket } = start();
    socket.answer(`HTTP/1.1 200 OK\r\n${text}`);
    socket.end();
    expect(await bodyText(await outcome)).toBe(body);
    expect(socket.isClosed).toBe(true);
  });

  it("lets no peer take a broken request for a whole one", async ({ expect }) => {
    const { outcome, socket } = start({ body: new ScriptedBody([bytes("ab"), new BodyFailure("remote reset")]) });
    expect(await outcome).toMatchObject({ kind: "failure", reason: "remote reset", sent: "partial" });
    expect(socket.isClosed).toBe(true);
    expect(socket.sent).not.toContain("0\r\n\r\n");
  });

  it("breaks off a body that does not have the length it was said to have", async ({ expect }) => {
    const { outcome, socket } = start({ headers: [["content-length", "9"]], body: new BytesBody(bytes("short")) });
    expect(await outcome).toMatchObject({ kind: "failure", reason: "protocol error", sent: "partial" });
    expect(socket.isClosed).toBe(true);
  });

  it("closes the connection when the exchange is given up, before and after the answer", async ({ expect }) => {
    const before = start();
    await before.socket.untilSent("\r\n\r\n");
    before.given.cancel("local reset");
    expect(await before.outcome).toMatchObject({ kind: "failure", reason: "local reset" });
    const after = start();
    after.socket.answer("HTTP/1.1 200 OK\r\n\r\nabc");
    const answer = await after.outcome;
    after.given.cancel("local reset");
    expect(await bodyText(answer)).toBe("!local reset");
    expect([before.socket.isClosed, after.socket.isClosed]).toEqual([true, true]);
  });

  it("closes the connection when nobody wants the rest of a body", async ({ expect }) => {
    const { outcome, socket } = start();
    socket.answer("HTTP/1.1 200 OK\r\n\r\nabc");
    const answer = await outcome;
    expect(answer.kind).toBe("response");
    cancelBody(answer);
    expect(socket.isClosed).toBe(true);
  });

  it("opens nothing for what was given up before", async ({ expect }) => {
    const { open, calls } = openerOf(new FakeSocket());
    const given = new Given();
    given.cancel("local reset");
    const headers = HeaderMap.from([
      [":method", "GET"],
      [":path", "/"],
      [":authority", "a"],
    ]);
    const request = { headers, body: undefined, onBodySent: () => undefined };
    expect(await new ConnectTransport(open, new FakeTimers()).exchange(target(false), request, given)).toMatchObject({
      reason: "local reset",
      sent: "nothing",
    });
    expect(calls).toEqual([]);
  });

  it.for([
    [
      "an upgrade",
      [
        ["connection", "upgrade"],
        ["upgrade", "websocket"],
      ],
      "a connect exit switches no protocols",
    ],
    ["a path without its slash, as a rewrite may leave it", [[":path", "@x"]], "the path begins with no slash"],
    ["a header that cannot be written", [["x", "a\r\nb: c"]], "the request cannot be written: invalid"],
  ] as const)("refuses %s by name", async ([, headers, transportReason], { expect }) => {
    const { outcome, calls } = start({ headers });
    expect(await outcome).toMatchObject({ reason: "protocol error", transportReason, sent: "nothing" });
    expect(calls).toEqual([]);
  });
});

function cancelBody(outcome: UpstreamOutcome): void {
  if (outcome.kind === "response") outcome.body?.cancel("local reset");
}

function headersOf(outcome: UpstreamOutcome): unknown {
  return outcome.kind === "failure" ? outcome : outcome.headers.toJSON();
}

function trailersOf(outcome: UpstreamOutcome): unknown {
  return outcome.kind === "response" ? outcome.body?.trailers()?.toJSON() : outcome;
}
