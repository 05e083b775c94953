import { once } from "node:events";
import { type AddressInfo, createServer } from "node:net";
import { startServer } from "../../../l4-node/server/start-server.ts";
import type { Server, ServerOptions } from "../../../l4-node/server/server.ts";
import type { LoadedConfig } from "../../../shared/config/load.ts";
import { RecordingLogger } from "../../support/fakes.ts";
import { TcpBackend } from "../../support/tcp-backend.ts";

/** Servers and backends of one test, which all end with it. */
export class ServerHarness {
  readonly logger = new RecordingLogger();
  readonly #stops: (() => Promise<void>)[] = [];

  async backend(name: string): Promise<TcpBackend> {
    const backend = await TcpBackend.start(name);
    this.#stops.push(() => backend.stop());
    return backend;
  }

  async server(config: LoadedConfig, more: Partial<ServerOptions> = {}): Promise<Server> {
    const server = await startServer({
      config,
      concurrency: 2,
      drainTimeMs: 60_000,
      lenient: false,
      logLevel: "off",
      logger: this.logger,
      ...more,
    });
    this.#stops.push(() => server.close());
    return server;
  }

  /** Ends everything, last started first. */
  async stop(): Promise<void> {
    for (const stop of this.#stops.splice(0).toReversed()) await stop();
  }
}

/** The port that a listener really has. */
export function portOf(server: Server, listener: string): number {
  const found = server.listeners().find(({ name }) => name === listener)?.address;
  if (found?.kind !== "tcp") throw new Error(`no listener ${listener} with a port`);
  return found.port;
}

/** A counter or gauge by name; `undefined` where there is none. */
export function statOf(server: Server, name: string): number | undefined {
  const stats = server.stats();
  return [...stats.counters(), ...stats.gauges()].find((stat) => stat.name === name)?.value;
}

const DEADLINE_MS = 10_000;
const LOOK_EVERY_MS = 5;

/** Waits until something that no event announces has come true; fails after ten seconds. */
export function eventually(what: string, isTrue: () => boolean): Promise<void> {
  return new Promise((resolve, reject) => {
    const deadlineMs = performance.now() + DEADLINE_MS;
    const timer = setInterval(() => {
      const isLate = performance.now() > deadlineMs;
      if (!isTrue() && !isLate) return;
      clearInterval(timer);
      if (isLate) reject(new Error(`not in time: ${what}`));
      else resolve();
    }, LOOK_EVERY_MS);
  });
}

/** A port that was free a moment ago, and that nobody listens on. */
export async function closedPort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, "close");
  return port;
}
