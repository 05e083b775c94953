import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Server, type Socket } from "node:net";
import type { DirectIoSupport } from "../../../l4-node/tcp/direct-io.ts";
import { PumpSockets } from "../../../l4-node/tcp/pump-socket.ts";
import {
  startTcpProxySession,
  type TcpProxySession,
  type TcpProxySessionOptions,
  type TcpSessionStats,
} from "../../../l4-node/tcp/tcp-proxy-session.ts";
import type { TcpSessionSummary } from "../../../l4-node/tcp/tcp-session-observer.ts";
import type { TcpUpstream } from "../../../l4-node/tcp/tcp-upstream.ts";
import { FakeTimers, SeededRandom } from "../../support/fakes.ts";

/** Both ways a session may move bytes; what holds for one must hold for the other. */
export const BOTH_MODES: readonly DirectIoSupport[] = [
  { kind: "direct" },
  { kind: "events", reason: "chosen by the test" },
];

type Options = TcpProxySessionOptions<TcpUpstream>;

export interface HarnessOptions {
  readonly support: DirectIoSupport;
  /** Runs for each connection that reaches the upstream server. */
  readonly onUpstream?: (socket: Socket) => void;
  /** Between accept and session; what it gives is the session's first bytes. */
  readonly inspect?: (accepted: Socket) => Promise<Uint8Array | undefined>;
  readonly session?: Partial<Options>;
  readonly upstreamBufferLimitBytes?: number;
}

/** A listener that starts a session per connection, an upstream server behind it, and a record of what sessions reported. */
export class SessionHarness {
  readonly timers = new FakeTimers();
  readonly events: string[] = [];
  readonly summaries: TcpSessionSummary<TcpUpstream>[] = [];
  readonly sessions: TcpProxySession[] = [];
  readonly #front: Server;
  readonly #back: Server;
  readonly #options: HarnessOptions;
  readonly #sockets: PumpSockets;
  readonly #peers = new Set<Socket>();

  private constructor(options: HarnessOptions) {
    this.#options = options;
    this.#sockets = new PumpSockets(options.support);
    const half = { allowHalfOpen: true };
    this.#front = createServer({ ...half, pauseOnConnect: true, noDelay: true }, (socket) => void this.#accept(socket));
    this.#back = createServer({ ...half, noDelay: true }, (socket) => {
      this.#keep(socket);
      options.onUpstream?.(socket);
    });
  }

  static async start(options: HarnessOptions): Promise<SessionHarness> {
    const harness = new SessionHarness(options);
    for (const server of [harness.#front, harness.#back]) {
      server.listen(0, "127.0.0.1");
      await once(server, "listening");
    }
    return harness;
  }

  get upstreamPort(): number {
    return portOf(this.#back);
  }

  /** A client connection to the listener. */
  client(): Socket {
    return this.#keep(connect({ port: portOf(this.#front), host: "127.0.0.1", allowHalfOpen: true, noDelay: true }));
  }

  /** The summary of the `count`th session to end. */
  async ended(count = 1): Promise<TcpSessionSummary<TcpUpstream>> {
    await this.until(() => this.summaries.length >= count);
    const summary = this.summaries[count - 1];
    if (summary === undefined) throw new Error("a summary that was counted is missing");
    return summary;
  }

  /** Live figures of the first session; zeros before there is one. */
  get stats(): TcpSessionStats {
    return this.sessions[0]?.stats ?? { connected: false, bytesRx: 0, bytesTx: 0 };
  }

  /** Resolves when `holds` does, looked at in every turn of the loop; the test's own time limit ends a wait in vain. */
  async until(holds: () => boolean): Promise<void> {
    while (!holds()) await nextTurn();
  }

  /** How many accepted connections the listener still counts. */
  openConnections(): Promise<number> {
    return new Promise((resolve, reject) => {
      this.#front.getConnections((error, count) => (error === null ? resolve(count) : reject(error)));
    });
  }

  /** Closes the listener only; resolves when its last connection is closed too. */
  closeListener(): Promise<void> {
    return new Promise((resolve) => this.#front.close(() => resolve()));
  }

  async stop(): Promise<void> {
    for (const session of this.sessions) session.close("abort", "test is over");
    for (const peer of this.#peers) peer.destroy();
    const servers = [this.#front, this.#back].filter((server) => server.listening);
    await Promise.all(servers.map((server) => new Promise<void>((resolve) => server.close(() => resolve()))));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }

  async #accept(accepted: Socket): Promise<void> {
    const firstBytes = await this.#options.inspect?.(accepted);
    const host: TcpUpstream = {
      address: `127.0.0.1:${this.upstreamPort}`,
      connectTimeoutMs: 5000,
      bufferLimitBytes: this.#options.upstreamBufferLimitBytes ?? 1024 * 1024,
      dial: () => ({ kind: "address", options: { port: this.upstreamPort, host: "127.0.0.1" } }),
    };
    const session = startTcpProxySession<TcpUpstream>({
      downstream: accepted,
      ...(firstBytes === undefined ? {} : { firstBytes }),
      sockets: this.#sockets,
      pickUpstream: () => ({ kind: "host", host }),
      maxConnectAttempts: 1,
      idleTimeoutMs: 0,
      maxDurationMs: 0,
      bufferLimitBytes: 1024 * 1024,
      clock: this.timers.clock,
      timers: this.timers,
      random: new SeededRandom(7),
      observer: {
        onConnecting: (upstream) => this.events.push(`connecting ${upstream.address}`),
        onConnectFail: (upstream, reason) => this.events.push(`failed ${upstream.address} ${reason}`),
        onConnected: () => this.events.push("connected"),
        onEnd: (summary) => this.summaries.push(summary),
      },
      ...this.#options.session,
    });
    this.sessions.push(session);
  }

  #keep(socket: Socket): Socket {
    this.#peers.add(socket);
    // Tests look at what their sockets saw through `outcomeOf`; an error that nobody looks at must not end the process.
    socket.on("error", () => {});
    socket.on("close", () => this.#peers.delete(socket));
    return socket;
  }
}

export type Outcome = "fin" | "reset" | "failed";

/** Everything a peer received and how its connection ended. */
export function outcomeOf(socket: Socket): Promise<{ readonly bytes: Buffer; readonly end: Outcome }> {
  const chunks: Buffer[] = [];
  return new Promise((resolve) => {
    const settle = (end: Outcome): void => resolve({ bytes: Buffer.concat(chunks), end });
    socket.on("data", (chunk: Buffer) => chunks.push(chunk));
    socket.on("end", () => settle("fin"));
    socket.on("error", (error: NodeJS.ErrnoException) => settle(error.code === "ECONNRESET" ? "reset" : "failed"));
    socket.on("close", () => settle("failed"));
  });
}

/** The first chunk that arrives; the socket is paused then. */
export async function firstChunk(socket: Socket): Promise<Buffer> {
  const chunk = new Promise<Buffer>((resolve) => socket.once("data", resolve));
  socket.resume();
  const bytes = await chunk;
  socket.pause();
  return bytes;
}

/** One turn of the event loop: everything that was ready has been handled. */
export function nextTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

function portOf(server: Server): number {
  return (server.address() as AddressInfo).port; // a TCP server that listens has an address object
}
