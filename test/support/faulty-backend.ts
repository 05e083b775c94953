import { createServer, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/** What a backend does to every request: answers, or one of the ways not to. */
export type Fault = "none" | "killed" | "stalled" | "reset" | "503";

/** A real HTTP backend on loopback that can be made to fail and to recover, on the same port. */
export class FaultyBackend {
  readonly name: string;
  readonly port: number;
  /** Requests that reached it, by what was done to them. */
  readonly seen: Record<Fault, number> = { none: 0, killed: 0, stalled: 0, reset: 0, "503": 0 };
  #server: Server;
  #fault: Fault = "none";

  private constructor(name: string, server: Server) {
    this.name = name;
    this.#server = server;
    // A TCP server that listens has an address object.
    this.port = (server.address() as AddressInfo).port;
    server.on("request", (_request, response) => this.#answer(response));
  }

  static async start(name: string): Promise<FaultyBackend> {
    return new FaultyBackend(name, await listen(0));
  }

  /** `killed` closes the port and every connection; any other fault opens it again. */
  async become(fault: Fault): Promise<void> {
    const before = this.#fault;
    this.#fault = fault;
    if (fault === "killed") return this.stop();
    if (before === "killed") {
      this.#server = await listen(this.port);
      this.#server.on("request", (_request, response) => this.#answer(response));
    }
    // Whoever waits for a stalled backend is let go.
    if (before === "stalled") this.#server.closeAllConnections();
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise<void>((resolve) => this.#server.close(() => resolve()));
  }

  #answer(response: ServerResponse): void {
    this.seen[this.#fault] += 1;
    switch (this.#fault) {
      case "reset":
        response.destroy();
        return;
      case "503":
        response.writeHead(503).end("failing");
        return;
      case "stalled":
      case "killed":
        return;
      case "none":
        response.end(this.name);
    }
  }
}

async function listen(port: number): Promise<Server> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(port, "127.0.0.1", resolve));
  return server;
}
