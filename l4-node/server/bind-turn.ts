import { createServer, type Server } from "node:net";
import { nativeTimers } from "../host/node-timers.ts";

/** A name in Linux's abstract namespace, which belongs to one network namespace as ports do, and goes with its process. */
const NAME = "\0nuncio-bind-turn";
const RETRY_MS = 20;
/** Whoever holds the turn for longer is stuck: going on without it risks less than not starting. */
const PATIENCE_MS = 10_000;

/**
 * Runs `task` while no other Nuncio of this machine is between finding a port free and binding it: with `reusePort` both would bind
 * it in silence. Where there is no abstract namespace nothing is waited for.
 */
export async function inBindTurn<T>(task: () => Promise<T>): Promise<T> {
  const turn = process.platform === "linux" ? await takeTurn(PATIENCE_MS / RETRY_MS) : undefined;
  try {
    return await task();
  } finally {
    turn?.close();
  }
}

async function takeTurn(tries: number): Promise<Server | undefined> {
  for (let left = tries; left > 0; left--) {
    const turn = await tryToTakeTurn();
    if (turn !== undefined) return turn;
    await new Promise<void>((resolve) => nativeTimers.after(RETRY_MS, 0, resolve));
  }
  return undefined;
}

function tryToTakeTurn(): Promise<Server | undefined> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once("error", () => resolve(undefined));
    server.listen({ path: NAME, exclusive: true }, () => resolve(server));
  });
}
