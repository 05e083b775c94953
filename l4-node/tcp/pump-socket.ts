import { connect, type NetConnectOpts, type Socket } from "node:net";
import { classifyNodeFailure, type NodeFailure } from "../host/node-failure.ts";
import { type DirectIoSupport, type FixedOnRead, readIntoBuffer, writeNow } from "./direct-io.ts";

/** One system call moves up to this much. Larger reads were measured to gain nothing. */
const READ_BUFFER_BYTES = 256 * 1024;

/** Envoy reads slices of this size whatever the limit says, and smaller reads cost more than the memory they save. */
const SMALLEST_READ_BYTES = 16 * 1024;

/** Who drives a {@link PumpSocket}. Calls come in this order: bytes and writable, then at most one end, then exactly one close. */
export interface PumpSocketOwner {
  /** The first `length` bytes of `buffer` arrived. They are gone when this returns: send or copy them. */
  onBytes(from: PumpSocket, buffer: Uint8Array, length: number): void;
  /** Everything that `send` could not hand on at once has been handed on. */
  onWritable(to: PumpSocket): void;
  /** The peer sent FIN after its last byte. */
  onEnd(from: PumpSocket): void;
  /** Both directions are over and the descriptor is closed. `failure` is absent when nothing went wrong. */
  onClosed(socket: PumpSocket, failure: NodeFailure | undefined): void;
}

/** Before somebody takes charge nothing is read, so nothing but a close can be missed. */
export const NO_OWNER: PumpSocketOwner = { onBytes() {}, onWritable() {}, onEnd() {}, onClosed() {} };

/**
 * A socket as a pump wants it: reads into memory that all sockets of a thread share, writes that either reach the kernel at once
 * or say that they could not, and four events. Made by {@link PumpSockets}.
 */
export class PumpSocket {
  readonly socket: Socket;
  owner: PumpSocketOwner = NO_OWNER;
  readonly #direct: boolean;
  readonly #highWatermarkBytes: number;
  #blocked = false;
  #ended = false;
  /** An end that comes before somebody reads is kept for whoever does. */
  #started = false;
  #failure: NodeFailure | undefined;
  #error: unknown;
  #flushed: ((error?: Error | null) => void) | undefined;

  constructor(socket: Socket, mode: PumpSocketMode) {
    this.socket = socket;
    this.#direct = mode.direct;
    this.#highWatermarkBytes = mode.highWatermarkBytes;
    socket.on("end", () => this.#ending());
    socket.on("error", (error) => {
      this.#failure ??= classifyNodeFailure(error);
      this.#error = error;
    });
    const onClose = (): void => this.owner.onClosed(this, this.#failure);
    // A socket that closed before says so no second time.
    if (socket.closed) process.nextTick(onClose);
    else socket.on("close", onClose);
  }

  /** What the platform said when the connection failed, for messages. */
  get error(): unknown {
    return this.#error;
  }

  /** True while bytes wait for the peer to read. */
  get blocked(): boolean {
    return this.#blocked;
  }

  /** True when what `onBytes` gives is shared memory. */
  get lends(): boolean {
    return this.#direct;
  }

  /**
   * Sends bytes. `lent` memory may be reused on return, other memory belongs to the socket from here on. Returns false when the peer is
   * not keeping up: send no more before `onWritable`. After an end or a failure bytes are dropped, since the close is on its way.
   */
  send(buffer: Uint8Array, length: number, lent: boolean): boolean {
    if (this.#ended || this.socket.destroyed) return true;
    const taken = this.#direct && this.socket.writableLength === 0 ? this.#sendNow(buffer, length) : 0;
    if (taken === length) return true;
    if (this.#failure !== undefined) return false;
    const rest = buffer.subarray(taken, length);
    this.#queue(lent ? new Uint8Array(rest) : rest);
    return !this.#blocked;
  }

  pause(): void {
    this.socket.pause();
  }

  resume(): void {
    this.socket.resume();
    if (this.#started) return;
    this.#started = true;
    if (this.socket.readableEnded) this.#ending();
  }

  /** Sends FIN after what is queued. */
  end(): void {
    this.#ended = true;
    this.socket.end();
  }

  /** Sends FIN after what is queued, reads nothing more, closes then. */
  closeAfterFlush(): void {
    this.#ended = true;
    this.socket.pause();
    this.socket.destroySoon();
  }

  /** Closes at once; queued bytes are lost. */
  close(): void {
    this.#ended = true;
    this.socket.destroy();
  }

  /** Sends RST where the transport has one (TCP), closes otherwise. */
  reset(): void {
    this.#ended = true;
    if (this.socket.destroyed) return;
    try {
      this.socket.resetAndDestroy();
    } catch {
      // Pipes and TLS sockets know no RST and say so by throwing before they do anything.
      this.socket.destroy();
    }
  }

  #sendNow(buffer: Uint8Array, length: number): number {
    try {
      return writeNow(this.socket, buffer, length);
    } catch (error) {
      this.#failure = classifyNodeFailure(error);
      // A peer that reset may have sent an answer before. Reading finds it, then the end, and closes there; where nobody reads,
      // nothing would.
      if (this.socket.readableEnded || this.socket.isPaused()) this.socket.destroy();
      return 0;
    }
  }

  #queue(bytes: Uint8Array): void {
    this.#flushed ??= () => this.#onFlushed();
    this.socket.write(bytes, this.#flushed);
    if (this.socket.writableLength > this.#highWatermarkBytes) this.#blocked = true;
  }

  #onFlushed(): void {
    if (!this.#blocked || this.socket.writableLength > this.#highWatermarkBytes / 2) return;
    this.#blocked = false;
    if (!this.socket.destroyed) this.owner.onWritable(this);
  }

  #ending(): void {
    if (!this.#started) return;
    if (this.#failure !== undefined) this.socket.destroy();
    else this.owner.onEnd(this);
  }
}

interface PumpSocketMode {
  /** The socket reads into shared memory and its descriptor may be written to. */
  readonly direct: boolean;
  /** Queued bytes above which the sender is told to stop; it is told to go on at half of it, as with Envoy's watermarks. */
  readonly highWatermarkBytes: number;
}

/** The kernel's buffer is the only one: whatever it cannot take stops the sender until it is gone. */
const DIRECT: PumpSocketMode = { direct: true, highWatermarkBytes: 0 };

/** How to reach an upstream: an address to connect to, or a socket that somebody else connects, such as a TLS client. */
export type Dial =
  | { readonly kind: "address"; readonly options: NetConnectOpts }
  | { readonly kind: "socket"; readonly socket: Socket; readonly readyEvent: "connect" | "secureConnect" };

/** Makes the {@link PumpSocket}s of one thread. They share one read buffer: what was read is sent or copied before the next read. */
export class PumpSockets {
  readonly support: DirectIoSupport;
  readonly #readBuffer: Uint8Array = Buffer.allocUnsafeSlow(READ_BUFFER_BYTES);
  readonly #views = new Map<number, Uint8Array>();

  constructor(support: DirectIoSupport) {
    this.support = support;
  }

  /**
   * Takes over an accepted socket, which must be paused and allow half-open connections. `limitBytes` bounds what we hold for one
   * slow reader; 0 is no limit (`per_connection_buffer_limit_bytes`).
   */
  adopt(accepted: Socket, limitBytes: number): PumpSocket {
    if (this.support.kind === "events") return listen(accepted, limitBytes);
    const onread = this.#onread(limitBytes, () => adopted);
    if (!readIntoBuffer(accepted, onread)) return listen(accepted, limitBytes);
    const adopted = new PumpSocket(accepted, DIRECT);
    return adopted;
  }

  /** Starts towards an upstream. The caller waits for the socket's own event and calls `resume` then. */
  dial(dial: Dial, limitBytes: number): PumpSocket {
    if (dial.kind === "socket") return listen(dial.socket, limitBytes);
    const options = { noDelay: true, ...dial.options, allowHalfOpen: true };
    if (this.support.kind === "events") return listen(connect(options), limitBytes);
    const onread = this.#onread(limitBytes, () => dialled);
    const dialled = new PumpSocket(connect({ ...options, onread }), DIRECT);
    return dialled;
  }

  #onread(limitBytes: number, reader: () => PumpSocket): FixedOnRead {
    const callback = (length: number, bytes: Uint8Array): boolean => {
      const from = reader();
      from.owner.onBytes(from, bytes, length);
      return true;
    };
    return { buffer: this.#viewOf(limitBytes), callback };
  }

  /** The part of the read buffer that a limit allows, made once per limit. */
  #viewOf(limitBytes: number): Uint8Array {
    const wanted = limitBytes === 0 ? READ_BUFFER_BYTES : Math.max(limitBytes, SMALLEST_READ_BYTES);
    const length = Math.min(wanted, READ_BUFFER_BYTES);
    const known = this.#views.get(length);
    if (known !== undefined) return known;
    const view = this.#readBuffer.subarray(0, length);
    this.#views.set(length, view);
    return view;
  }
}

/** The documented way: chunks by event, each in memory of its own. */
function listen(socket: Socket, limitBytes: number): PumpSocket {
  socket.pause();
  const pumped = new PumpSocket(socket, {
    direct: false,
    highWatermarkBytes: limitBytes === 0 ? Infinity : limitBytes,
  });
  socket.on("data", (chunk: Uint8Array) => pumped.owner.onBytes(pumped, chunk, chunk.length));
  return pumped;
}
