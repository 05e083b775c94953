import { nodeClock } from "../host/node-clock.ts";
import { nativeTimers } from "../host/node-timers.ts";
import { checkConfig } from "./check-config.ts";
import { NodeServer } from "./node-server.ts";
import { ServerError } from "./server-error.ts";
import type { Server, ServerOptions } from "./server.ts";

/**
 * Starts the Node host: checks the configuration, starts the worker threads, binds every listener and the admin interface, and
 * resolves once all of them accept connections. Nothing is left behind when it fails.
 * @throws ServerError saying what is wrong with the configuration, or which address or thread could not be had
 */
export async function startServer(options: ServerOptions): Promise<Server> {
  const { diagnostics, checked } = checkConfig(options.config, options);
  if (checked === undefined) throw new ServerError("config", "the configuration has errors", diagnostics);
  const server = new NodeServer({ ...options, clock: nodeClock, timers: nativeTimers }, diagnostics);
  const started = await server.start(checked);
  if (started.ok) return server;
  await server.close();
  throw new ServerError(started.error.code, started.error.reason, diagnostics);
}
