import { once } from "node:events";
import { type AddressInfo, createServer, type Server, type Socket } from "node:net";

/** A connection that a raw backend accepted, with the bytes that came on it. */
export interface RawConnection {
  readonly socket: Socket;
  /** Latin-1 text. */
  received: string;
  /** Whether the other side has ended or broken the connection. */
  isOver: boolean;
}

/** A TCP server on loopback that keeps every byte as it came; a test says what it answers. */
export class RawBackend {
  readonly connections: RawConnection[] = [];
  readonly #server: Server;
  #changed: (() => void)[] = [];

  /** `onData` is called after each piece that came. */
  private constructor(onData: (connection: RawConnection) => void) {
    this.#server = createServer((socket) => {
      const connection: RawConnection = { socket, received: "", isOver: false };
      this.connections.push(connection);
      socket.on("data", (data) => {
        connection.received += data.toString("latin1");
        onData(connection);
        this.#tell();
      });
      const over = (): void => {
        connection.isOver = true;
        this.#tell();
      };
      socket.on("end", over);
      socket.on("close", over);
      socket.on("error", over);
    });
  }

  static async start(onData: (connection: RawConnection) => void): Promise<RawBackend> {
    const backend = new RawBackend(onData);
    backend.#server.listen(0, "127.0.0.1");
    await once(backend.#server, "listening");
    return backend;
  }

  get port(): number {
    // A TCP server that listens has an address object.
    return (this.#server.address() as AddressInfo).port;
  }

  get newest(): RawConnection {
    const newest = this.connections.at(-1);
    if (newest === undefined) throw new Error("nobody has connected");
    return newest;
  }

  /** Resolves once the connection on which bytes came that begin like this is as wanted. */
  async until(beginning: string, wanted: (connection: RawConnection) => boolean): Promise<RawConnection> {
    for (;;) {
      const found = this.connections.find(({ received }) => received.startsWith(beginning));
      if (found !== undefined && wanted(found)) return found;
      await new Promise<void>((resolve) => this.#changed.push(resolve));
    }
  }

  /** Resolves once the other side has ended the connection on which bytes came that begin like this. */
  untilOver(beginning: string): Promise<RawConnection> {
    return this.until(beginning, ({ isOver }) => isOver);
  }

  async stop(): Promise<void> {
    for (const { socket } of this.connections) socket.destroy();
    this.#server.close();
    await once(this.#server, "close");
  }

  #tell(): void {
    const changed = this.#changed;
    this.#changed = [];
    for (const resolve of changed) resolve();
  }
}
