import { connect, type Socket } from "node:net";

export interface LoadOptions {
  readonly port: number;
  readonly path: string;
  readonly connections: number;
  readonly requests: number;
}

export interface LoadResult {
  readonly elapsedMs: number;
  /** Milliseconds per request, sorted. */
  readonly latencies: readonly number[];
}

/**
 * A bounded HTTP/1.1 load on loopback over kept connections: each connection sends its next request when the answer to the last
 * is complete. Answers must carry `content-length`.
 */
export async function httpLoad(options: LoadOptions): Promise<LoadResult> {
  const latencies: number[] = [];
  let left = options.requests;
  const startedAt = performance.now();
  const run = (): Promise<void> =>
    new Promise((resolve, reject) => {
      const socket = connect(options.port, "127.0.0.1");
      const client = new LoadClient(socket, options.path, (latencyMs) => {
        if (latencyMs !== undefined) latencies.push(latencyMs);
        if (left-- > 0) return true;
        socket.destroy();
        resolve();
        return false;
      });
      socket.once("connect", () => client.start());
      socket.once("error", reject);
    });
  await Promise.all(Array.from({ length: options.connections }, run));
  return { elapsedMs: performance.now() - startedAt, latencies: latencies.toSorted((a, b) => a - b) };
}

class LoadClient {
  readonly #socket: Socket;
  readonly #request: string;
  readonly #next: (latencyMs?: number) => boolean;
  #answer = "";
  #sentAt = 0;

  constructor(socket: Socket, path: string, next: (latencyMs?: number) => boolean) {
    this.#socket = socket;
    this.#request = `GET ${path} HTTP/1.1\r\nHost: bench.example\r\n\r\n`;
    this.#next = next;
    socket.setEncoding("latin1");
    socket.setNoDelay(true);
    socket.on("data", (text: string) => this.#onData(text));
  }

  start(): void {
    if (this.#next()) this.#send();
  }

  #send(): void {
    this.#answer = "";
    this.#sentAt = performance.now();
    this.#socket.write(this.#request);
  }

  #onData(text: string): void {
    this.#answer += text;
    const headEnd = this.#answer.indexOf("\r\n\r\n");
    if (headEnd < 0) return;
    const length = /\r\ncontent-length: (\d+)/i.exec(this.#answer)?.[1];
    if (length === undefined) throw new Error(`an answer without content-length: ${this.#answer.slice(0, headEnd)}`);
    if (this.#answer.length < headEnd + 4 + Number(length)) return;
    if (this.#next(performance.now() - this.#sentAt)) this.#send();
  }
}

export function quantile(sorted: readonly number[], q: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * q))] ?? Number.NaN;
}

export function median(values: readonly number[]): number {
  return quantile(
    values.toSorted((a, b) => a - b),
    0.5,
  );
}
