/**
 * The one file that touches parts of Node's sockets that Node does not document; docs/adr/0003-direct-socket-io.md says why and what
 * for. Everything here has a documented way round it, and {@link probeDirectIo} decides at start-up which of the two is used.
 */
import { once } from "node:events";
import { writeSync } from "node:fs";
import { type AddressInfo, connect, createServer, type OnReadOpts, type Server, Socket } from "node:net";
import { isWouldBlock } from "../host/node-failure.ts";

/** Whether this runtime lets sockets read into and write from memory of ours; `reason` is for the log. */
export type DirectIoSupport = { readonly kind: "direct" } | { readonly kind: "events"; readonly reason: string };

interface StreamHandle {
  /** The descriptor; -1 after close, and always on Windows. */
  readonly fd: number;
}

interface SocketInternals {
  _handle: StreamHandle | null;
  /** The server whose connection count goes down, and whose `close` goes on, when this socket closes. */
  _server: unknown;
}

interface AdoptingSocketOptions {
  readonly handle: StreamHandle;
  readonly allowHalfOpen: true;
  readonly pauseOnCreate: true;
  readonly onread: OnReadOpts;
}

// `new net.Socket({ handle, pauseOnCreate })` is how net.Server itself makes sockets; the published types leave both out.
const AdoptingSocket = Socket as unknown as new (options: AdoptingSocketOptions) => Socket;

function internalsOf(socket: Socket): SocketInternals {
  // The published types leave the underscored fields out.
  return socket as unknown as SocketInternals;
}

/**
 * Moves an accepted connection to a new socket that reads into `onread.buffer`, paused. The old object keeps no connection, emits nothing
 * more and may be dropped; its server counts the new one instead. Nothing is moved, and `undefined` returned, when the old
 * object is not a plain socket (TLS) or still has bytes of its own to deliver.
 */
export function adoptConnection(accepted: Socket, onread: OnReadOpts): Socket | undefined {
  const old = internalsOf(accepted);
  const handle = old._handle;
  const isPlain = Object.getPrototypeOf(accepted) === Socket.prototype;
  if (!isPlain || handle === null || accepted.readableLength > 0 || accepted.writableLength > 0) return undefined;
  const server = old._server;
  old._handle = null;
  old._server = null;
  const adopted = new AdoptingSocket({ handle, allowHalfOpen: true, pauseOnCreate: true, onread });
  internalsOf(adopted)._server = server;
  return adopted;
}

/**
 * Hands bytes to the kernel at once, so the caller may reuse the memory when this returns. Gives the number of bytes taken, 0 when
 * the kernel has no room. Call it only while the socket's own queue is empty, or bytes change their order.
 * @throws the system's error when the connection is broken
 */
export function writeNow(socket: Socket, buffer: Uint8Array, length: number): number {
  const fd = internalsOf(socket)._handle?.fd ?? -1;
  if (fd < 0) return 0;
  try {
    return writeSync(fd, buffer, 0, length);
  } catch (error) {
    if (isWouldBlock(error)) return 0;
    throw error;
  }
}

const PROBE_BYTES = 4096;
const PROBE_DEADLINE_MS = 2000;

/** Tries both tricks once over loopback, with real bytes each way and a half-close. Never rejects. */
export async function probeDirectIo(): Promise<DirectIoSupport> {
  const server = createServer({ allowHalfOpen: true, pauseOnConnect: true });
  const sockets: Socket[] = [];
  try {
    const reason = await probeOnce(server, sockets);
    return reason === undefined ? { kind: "direct" } : { kind: "events", reason };
  } catch (error) {
    return { kind: "events", reason: `direct socket I/O failed its self-test: ${String(error)}` };
  } finally {
    for (const socket of sockets) socket.destroy();
    server.close();
  }
}

async function probeOnce(server: Server, sockets: Socket[]): Promise<string | undefined> {
  const signal = AbortSignal.timeout(PROBE_DEADLINE_MS);
  server.listen(0, "127.0.0.1");
  await once(server, "listening", { signal });
  const { port } = server.address() as AddressInfo; // a TCP server that listens has an address object
  const client = connect({ port, host: "127.0.0.1", allowHalfOpen: true, signal });
  sockets.push(client);
  const [accepted] = (await once(server, "connection", { signal })) as [Socket]; // the documented argument of the event
  sockets.push(accepted);
  const received = Buffer.alloc(PROBE_BYTES);
  const adopted = adoptConnection(
    accepted,
    echoOnRead(() => adopted, received),
  );
  if (adopted === undefined) return "an accepted connection has no handle to take over";
  sockets.push(adopted);
  return probeEcho(client, adopted, received);
}

function echoOnRead(target: () => Socket | undefined, buffer: Uint8Array): OnReadOpts {
  const callback = (length: number, bytes: Uint8Array): boolean => {
    const socket = target();
    if (socket !== undefined) writeNow(socket, bytes, length);
    return true;
  };
  return { buffer, callback };
}

async function probeEcho(client: Socket, adopted: Socket, received: Buffer): Promise<string | undefined> {
  const sent = Buffer.from(Uint8Array.from({ length: PROBE_BYTES }, (_, at) => at * 7));
  adopted.on("end", () => adopted.end());
  adopted.resume();
  client.end(sent);
  const echoed: Buffer[] = [];
  for await (const chunk of client) echoed.push(chunk as Buffer); // no encoding is set, so chunks are buffers
  if (!received.equals(sent)) return "reads did not arrive in the buffer that was given";
  if (!Buffer.concat(echoed).equals(sent)) return "writes to the descriptor did not arrive";
  return undefined;
}
