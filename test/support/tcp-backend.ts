import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Server, type Socket } from "node:net";

/** A TCP server on loopback that answers everything it reads with its name and what it read: `name:text`. */
export class TcpBackend {
  readonly name: string;
  /** Connections so far. */
  accepted = 0;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();

  private constructor(name: string) {
    this.name = name;
    this.#server = createServer((socket) => {
      this.accepted += 1;
      this.#sockets.add(socket);
      socket.on("close", () => this.#sockets.delete(socket));
      socket.on("error", () => {});
      socket.on("data", (data) => socket.write(`${name}:${data.toString()}`));
    });
  }

  static async start(name: string): Promise<TcpBackend> {
    const backend = new TcpBackend(name);
    backend.#server.listen(0, "127.0.0.1");
    await once(backend.#server, "listening");
    return backend;
  }

  get port(): number {
    // A TCP server that listens has an address object.
    return (this.#server.address() as AddressInfo).port;
  }

  get open(): number {
    return this.#sockets.size;
  }

  async stop(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    this.#server.close();
    await once(this.#server, "close");
  }
}

/** A client connection that asks and listens. */
export class TcpClient {
  readonly socket: Socket;
  /** Resolves when the connection is over: `end` after a FIN, else the error's code. */
  readonly closed: Promise<string>;

  constructor(socket: Socket) {
    this.socket = socket;
    this.closed = new Promise((resolve) => {
      socket.once("end", () => resolve("end"));
      socket.once("error", (error: NodeJS.ErrnoException) => resolve(error.code ?? "error"));
      socket.once("close", () => resolve("close"));
    });
  }

  static async connect(port: number): Promise<TcpClient> {
    const socket = connect(port, "127.0.0.1");
    await once(socket, "connect");
    return new TcpClient(socket);
  }

  async ask(text: string): Promise<string> {
    const answer = once(this.socket, "data");
    this.socket.write(text);
    const [data] = await answer;
    return String(data);
  }

  /** Leaves, and waits until the other side has left, too. */
  async end(): Promise<void> {
    this.socket.resume();
    this.socket.end();
    if (!this.socket.closed) await once(this.socket, "close");
  }
}

/** Connects, asks once and leaves; the answer, or "" when the connection ended without one. */
export async function askOnce(port: number, text: string): Promise<string> {
  const client = await TcpClient.connect(port);
  const answer = await Promise.race([client.ask(text), client.closed.then(() => "")]);
  await client.end();
  return answer;
}
