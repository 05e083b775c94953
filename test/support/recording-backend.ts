import { createServer, type IncomingHttpHeaders, type Server } from "node:http";
import type { AddressInfo } from "node:net";

export interface RecordedRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
  readonly rawHeaders: readonly string[];
}

/** A real HTTP backend on loopback that remembers what it was asked and answers with its name. */
export class RecordingBackend {
  readonly name: string;
  readonly requests: RecordedRequest[] = [];
  readonly #server: Server;

  private constructor(name: string) {
    this.name = name;
    this.#server = createServer((request, response) => {
      const { method = "", url = "", headers, rawHeaders } = request;
      this.requests.push({ method, url, headers, rawHeaders });
      response.setHeader("x-backend", name);
      response.end(name);
    });
  }

  static async start(name: string): Promise<RecordingBackend> {
    const backend = new RecordingBackend(name);
    await new Promise<void>((resolve) => backend.#server.listen(0, "127.0.0.1", resolve));
    return backend;
  }

  get port(): number {
    // A TCP server that listens has an address object.
    return (this.#server.address() as AddressInfo).port;
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise<void>((resolve) => this.#server.close(() => resolve()));
  }
}
