import { lstatSync, rmSync } from "node:fs";
import { createServer, connect, type Server } from "node:net";
import { err, ok, type Result } from "../../shared/base/result.ts";
import {
  type BindAddress,
  isAbstract,
  type PipeBindAddress,
  renderBindAddress,
  socketPath,
} from "../listener/bind-address.ts";
import { bindFailureReason, listen, listenOptions } from "../listener/listen-options.ts";

/**
 * Finds out whether an address is free, by binding it alone for a moment. The threads then bind it with `reusePort`, which would
 * succeed in silence beside another process that does so too. Port 0 becomes the number that was free.
 */
export async function probeBind(address: BindAddress): Promise<Result<BindAddress, string>> {
  if (address.kind === "pipe") return probePipe(address);
  const server = createServer();
  try {
    await listen(server, listenOptions(address, { reusePort: false }));
  } catch (error) {
    return err(`cannot bind ${renderBindAddress(address)}: ${bindFailureReason(error)}`);
  }
  const bound = server.address();
  await closed(server);
  const port = typeof bound === "object" && bound !== null ? bound.port : address.port;
  return ok({ ...address, port });
}

/** A socket file that nobody answers on was left behind by a process that died, and is removed, as Envoy does. */
async function probePipe(address: PipeBindAddress): Promise<Result<BindAddress, string>> {
  if (await isAnswered(socketPath(address))) return err(`cannot bind ${address.path}: address already in use`);
  if (isAbstract(address.path)) return ok(address);
  const found = lstatSync(address.path, { throwIfNoEntry: false });
  if (found?.isSocket()) rmSync(address.path);
  else if (found !== undefined) return err(`cannot bind ${address.path}: something that is not a socket is there`);
  return ok(address);
}

function isAnswered(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(path);
    socket.once("connect", () => {
      socket.destroy();
      resolve(true);
    });
    socket.once("error", () => resolve(false));
  });
}

function closed(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
  });
}
