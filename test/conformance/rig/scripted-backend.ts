import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { HeaderLine, UpstreamRequest } from "./exchange.ts";
import { ID_HEADER, SCRIPT_HEADER } from "./planned-request.ts";
import { parseScript, type ScriptStep } from "./script.ts";

/** Every backend's answer has the same length: a free pick among them must not show in `content-length`. */
const NAME_WIDTH = 8;

/** What the backends got, by the id of the request. */
export class Recordings {
  readonly #requests = new Map<string, UpstreamRequest[]>();

  /** Gives how many requests of this id came before. */
  add(id: string, request: UpstreamRequest): number {
    const before = this.#requests.get(id) ?? [];
    this.#requests.set(id, before);
    return before.push(request) - 1;
  }

  /** Ids begin anew with each configuration. */
  clear(): void {
    this.#requests.clear();
  }

  of(id: string): readonly UpstreamRequest[] {
    return this.#requests.get(id) ?? [];
  }
}

/** A backend on loopback that records what it gets and does what the request's script says. */
export class ScriptedBackend {
  readonly name: string;
  readonly #server: Server;
  readonly #recordings: Recordings;

  private constructor(name: string, recordings: Recordings) {
    this.name = name;
    this.#recordings = recordings;
    this.#server = createServer((request, response) => this.#serve(request, response));
    this.#server.keepAliveTimeout = 0;
    this.#server.requestTimeout = 0;
  }

  static async start(name: string, recordings: Recordings): Promise<ScriptedBackend> {
    const backend = new ScriptedBackend(name, recordings);
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

  #serve(request: IncomingMessage, response: ServerResponse): void {
    const id = String(request.headers[ID_HEADER] ?? "");
    const seen = { backend: this.name, method: request.method ?? "", target: request.url ?? "" };
    const recording = { ...seen, headers: headerLines(request.rawHeaders), body: "" };
    const attempt = this.#recordings.add(id, recording);
    request.setEncoding("latin1");
    request.on("data", (piece: string) => (recording.body += piece));
    const script = request.headers[`${SCRIPT_HEADER}-${this.name}`] ?? request.headers[SCRIPT_HEADER];
    const step = parseScript(String(script ?? ""), attempt);
    request.on("end", () => this.#answer(step, response));
  }

  #answer(step: ScriptStep, response: ServerResponse): void {
    setTimeout(() => perform(step, this.name, response), step.delayMs);
  }
}

function perform(step: ScriptStep, name: string, response: ServerResponse): void {
  switch (step.action) {
    case "reset":
      response.socket?.resetAndDestroy();
      return;
    case "close":
      response.socket?.destroy();
      return;
    case "stall":
      return;
    case "short":
      response.writeHead(step.status, { "x-backend": name, "content-length": 100 });
      response.write("short", () => response.socket?.destroy());
      return;
    case "answer": {
      const body = step.bodySize === undefined ? `${name.padEnd(NAME_WIDTH)}\n` : "r".repeat(step.bodySize);
      const lines = step.headers.flatMap(([field, value]) => [field, value]);
      response.writeHead(step.status, ["x-backend", name, ...lengthLine(step, body), ...lines]);
      response.end(body);
    }
  }
}

function lengthLine(step: ScriptStep, body: string): readonly string[] {
  return step.chunked || step.status === 204 || step.status === 304 ? [] : ["content-length", String(body.length)];
}

function headerLines(raw: readonly string[]): readonly HeaderLine[] {
  return Array.from({ length: raw.length / 2 }, (_none, pair) => [raw[pair * 2] ?? "", raw[pair * 2 + 1] ?? ""]);
}
