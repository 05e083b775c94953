/**
 * The one file that touches parts of Node's sockets that Node does not document; docs/adr/0003-direct-socket-io.md says why and what
 * for. Everything here has a documented way round it, and {@link probeDirectIo} decides at start-up which of the two is used.
 */
import { once } from "node:events";
import { writeSync } from "node:fs";
import { type AddressInfo, connect, createServer, type Server, Socket } from "node:net";
import { isWouldBlock } from "../host/node-failure.ts";

/** Whether this runtime lets sockets read into and write from memory of ours; `reason` is for the log. */
export type DirectIoSupport = { readonly kind: "direct" } | { readonly kind: "events"; readonly reason: string };

/** The option of `net`, with one buffer for every read. */
export interface FixedOnRead {
  readonly buffer: Uint8Array;
  readonly callback: (length: number, buffer: Uint8Array) => boolean;
}

interface StreamHandle {
  /** The descriptor; -1 after close, and always on Windows. */
  readonly fd: number;
  useUserBuffer(buffer: Uint8Array): void;
}

interface SocketInternals {
  readonly _handle: StreamHandle | null;
  [property: symbol]: unknown;
}

function internalsOf(socket: Socket): SocketInternals {
  // The published types leave the underscored field and the symbols out.
  return socket as unknown as SocketInternals;
}

const ON_READ_SYMBOLS = findOnReadSymbols();

/** Where `net.Socket` keeps what its `onread` option said. Only found, never made: an unknown layout leaves the socket alone. */
function findOnReadSymbols(): { readonly buffer: symbol; readonly callback: symbol } | undefined {
  const symbols = Object.getOwnPropertySymbols(new Socket());
  const buffer = symbols.find((symbol) => symbol.description === "kBuffer");
  const callback = symbols.find((symbol) => symbol.description === "kBufferCb");
  return buffer === undefined || callback === undefined ? undefined : { buffer, callback };
}

/**
 * Makes an accepted socket read into `onread.buffer`, as if it had been made with that option (sockets from `net.Server` cannot be),
 * and leaves it paused. False, and nothing changed, when it is not a plain socket (TLS), is closed, or still has bytes of its own
 * to deliver.
 */
export function readIntoBuffer(accepted: Socket, onread: FixedOnRead): boolean {
  const internals = internalsOf(accepted);
  const isPlain = Object.getPrototypeOf(accepted) === Socket.prototype;
  if (ON_READ_SYMBOLS === undefined || !isPlain || internals._handle === null) return false;
  if (accepted.readableLength > 0) return false;
  internals[ON_READ_SYMBOLS.buffer] = onread.buffer;
  internals[ON_READ_SYMBOLS.callback] = onread.callback;
  internals._handle.useUserBuffer(onread.buffer);
  // Only now does pausing stop the descriptor, which an inspector may have left running.
  accepted.pause();
  return true;
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
  if (!readIntoBuffer(accepted, echoOnRead(accepted, received))) return "an accepted socket has no place for a buffer";
  return probeEcho(client, accepted, received);
}

function echoOnRead(socket: Socket, buffer: Uint8Array): FixedOnRead {
  const callback = (length: number, bytes: Uint8Array): boolean => {
    writeNow(socket, bytes, length);
    return true;
  };
  return { buffer, callback };
}

async function probeEcho(client: Socket, accepted: Socket, received: Buffer): Promise<string | undefined> {
  const sent = Buffer.from(Uint8Array.from({ length: PROBE_BYTES }, (_, at) => at * 7));
  accepted.on("end", () => accepted.end());
  accepted.resume();
  client.end(sent);
  const echoed: Buffer[] = [];
  for await (const chunk of client) echoed.push(chunk as Buffer); // no encoding is set, so chunks are buffers
  if (!received.equals(sent)) return "reads did not arrive in the buffer that was given";
  if (!Buffer.concat(echoed).equals(sent)) return "writes to the descriptor did not arrive";
  return undefined;
}
