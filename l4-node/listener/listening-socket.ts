import { chmodSync } from "node:fs";
import { createServer, type Server, type Socket } from "node:net";
import { err, ok, type Result } from "../../shared/base/result.ts";
import { type BindAddress, isAbstract, renderBindAddress } from "./bind-address.ts";
import { bindFailureReason, type BindMode, listen, listenOptions } from "./listen-options.ts";

/** Takes an accepted socket: paused, nothing read, half-open allowed. */
export type AcceptHandler = (socket: Socket) => void;

/**
 * One thread's listening socket of one address. It outlives the listeners that use it: closing one of several sockets on a port
 * resets the connections that wait in its queue, so a reload only exchanges the handler.
 */
export class ListeningSocket {
  readonly address: string;
  readonly #server: Server;
  readonly #held: Socket[] = [];
  #handler: AcceptHandler | undefined;

  private constructor(server: Server, address: string) {
    this.#server = server;
    this.address = address;
    server.on("connection", (socket: Socket) => this.#accept(socket));
    // Node reports a failed accept (file descriptors used up) here; the connection is lost, the listener is not.
    server.on("error", () => {});
  }

  /** Binds and listens. What arrives before {@link serve} is called waits. */
  static async bind(address: BindAddress, mode: BindMode): Promise<Result<ListeningSocket, string>> {
    const server = createServer({ allowHalfOpen: true, pauseOnConnect: true, noDelay: true });
    const name = renderBindAddress(address);
    try {
      await listen(server, listenOptions(address, mode));
      if (address.kind === "pipe" && address.mode !== undefined && !isAbstract(address.path))
        chmodSync(address.path, address.mode);
    } catch (error) {
      server.close();
      return err(`cannot bind ${name}: ${bindFailureReason(error)}`);
    }
    return ok(new ListeningSocket(server, name));
  }

  /** Gives connections, held and to come, to `handler`, from now on. */
  serve(handler: AcceptHandler): void {
    this.#handler = handler;
    for (const socket of this.#held.splice(0)) handler(socket);
  }

  /** Stops accepting. Accepted sockets live on; held ones were never served and are reset. */
  close(): void {
    this.#server.close();
    for (const socket of this.#held.splice(0)) socket.resetAndDestroy();
  }

  #accept(socket: Socket): void {
    if (this.#handler === undefined) this.#held.push(socket);
    else this.#handler(socket);
  }
}
