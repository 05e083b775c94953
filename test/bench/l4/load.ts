import { once } from "node:events";
import { connect, type Socket } from "node:net";

const KEPT_CONNECTIONS = 64;
const NEW_CONNECTIONS_AT_ONCE = 32;
const REQUEST = Buffer.alloc(100, "q");
const BULK_CHUNK = Buffer.alloc(256 * 1024, "b");

/** Sends this many bytes over one connection and waits until the server has seen the last. */
export async function sendBulk(port: number, byteCount: number): Promise<void> {
  const socket = await open(port);
  socket.resume();
  const closed = once(socket, "close");
  for (let left = byteCount; left > 0; left -= BULK_CHUNK.length) {
    if (!socket.write(BULK_CHUNK.subarray(0, Math.min(left, BULK_CHUNK.length)))) await once(socket, "drain");
  }
  socket.end();
  await closed;
}

/** Exchanges 100 bytes for 100 bytes this often over kept connections, each with one exchange in flight. */
export async function exchangeKept(port: number, exchanges: number): Promise<void> {
  const sockets = await Promise.all(Array.from({ length: KEPT_CONNECTIONS }, () => open(port)));
  let left = exchanges;
  const run = (socket: Socket): Promise<void> =>
    new Promise((resolve, reject) => {
      const next = (): void => {
        if (left-- > 0) socket.write(REQUEST);
        else resolve();
      };
      socket.on("data", next).on("error", reject);
      next();
    });
  await Promise.all(sockets.map(run));
  for (const socket of sockets) socket.destroy();
}

/** Opens a connection for every exchange and closes it after the answer. */
export async function exchangeFresh(port: number, exchanges: number): Promise<void> {
  let left = exchanges;
  const run = async (): Promise<void> => {
    while (left-- > 0) await exchangeOnce(port);
  };
  await Promise.all(Array.from({ length: NEW_CONNECTIONS_AT_ONCE }, run));
}

function exchangeOnce(port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = connect({ port, host: "127.0.0.1", noDelay: true });
    socket.on("data", () => socket.end());
    socket.on("error", reject);
    socket.on("close", () => resolve());
    socket.write(REQUEST);
  });
}

async function open(port: number): Promise<Socket> {
  const socket = connect({ port, host: "127.0.0.1", noDelay: true });
  await once(socket, "connect");
  return socket;
}
