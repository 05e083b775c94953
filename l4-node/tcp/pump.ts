import type { NodeFailure } from "../host/node-failure.ts";
import type { PumpSocket, PumpSocketOwner } from "./pump-socket.ts";

export type PumpSide = "downstream" | "upstream";

/** How the connection ended on one side, as `%DOWNSTREAM_DETECTED_CLOSE_TYPE%` prints it. */
export type CloseType = "Normal" | "LocalReset" | "RemoteReset";

export interface PumpOptions {
  readonly downstream: PumpSocket;
  readonly upstream: PumpSocket;
  /** Called for every read; must cost next to nothing. */
  readonly onActivity: () => void;
  /** Called once, when both sockets are closed. */
  readonly onClosed: () => void;
}

/**
 * Moves bytes both ways between two sockets until both directions are over. A side that cannot take more stops the other from being
 * read. FIN goes on after the last byte, RST as RST, and so does any other failure: a connection that broke never looks complete.
 */
export class Pump implements PumpSocketOwner {
  /** Bytes read from either side. Plain fields, since they change with every read. */
  downstreamBytes = 0;
  upstreamBytes = 0;
  /** How often either side was not read because the other did not keep up. */
  downstreamPauses = 0;
  upstreamPauses = 0;
  /** Which side was over first; absent while both are open. */
  endedBy: PumpSide | "local" | undefined;
  downstreamCloseType: CloseType = "Normal";
  upstreamCloseType: CloseType = "Normal";
  readonly #options: PumpOptions;
  #open = 2;

  constructor(options: PumpOptions) {
    this.#options = options;
  }

  /** Takes charge of both sockets. `firstBytes` were read from downstream before and go upstream ahead of everything else. */
  start(firstBytes: Uint8Array | undefined): void {
    const { downstream, upstream } = this.#options;
    downstream.owner = this;
    upstream.owner = this;
    upstream.resume();
    if (firstBytes !== undefined && firstBytes.length > 0) this.onBytes(downstream, firstBytes, firstBytes.length);
    if (!upstream.blocked) downstream.resume();
  }

  /** `flush` sends what is queued and then FIN; `no_flush` closes at once, `abort` with RST. Reading is over in any case. */
  close(mode: "flush" | "no_flush" | "abort"): void {
    this.endedBy ??= "local";
    for (const socket of [this.#options.downstream, this.#options.upstream]) {
      if (mode === "flush") socket.closeAfterFlush();
      else if (mode === "no_flush") socket.close();
      else socket.reset();
    }
  }

  onBytes(from: PumpSocket, buffer: Uint8Array, length: number): void {
    this.#options.onActivity();
    const { downstream, upstream } = this.#options;
    if (from === downstream) {
      this.downstreamBytes += length;
      if (upstream.send(buffer, length, from.lends)) return;
      this.downstreamPauses += 1;
    } else {
      this.upstreamBytes += length;
      if (downstream.send(buffer, length, from.lends)) return;
      this.upstreamPauses += 1;
    }
    from.pause();
  }

  onWritable(to: PumpSocket): void {
    this.#options.onActivity();
    this.#peerOf(to).resume();
  }

  onEnd(from: PumpSocket): void {
    this.endedBy ??= this.#sideOf(from);
    this.#peerOf(from).end();
  }

  onClosed(socket: PumpSocket, failure: NodeFailure | undefined): void {
    this.#open -= 1;
    if (failure !== undefined) this.#broke(socket);
    if (this.#open === 0) this.#options.onClosed();
  }

  /** The other side hears of it as RST; one that is closed already has nothing to hear. */
  #broke(socket: PumpSocket): void {
    const side = this.#sideOf(socket);
    this.endedBy ??= side;
    if (side === "downstream") this.downstreamCloseType = "RemoteReset";
    else this.upstreamCloseType = "RemoteReset";
    if (this.#open === 0) return;
    if (side === "downstream") this.upstreamCloseType = "LocalReset";
    else this.downstreamCloseType = "LocalReset";
    this.#peerOf(socket).reset();
  }

  #sideOf(socket: PumpSocket): PumpSide {
    return socket === this.#options.downstream ? "downstream" : "upstream";
  }

  #peerOf(socket: PumpSocket): PumpSocket {
    return socket === this.#options.downstream ? this.#options.upstream : this.#options.downstream;
  }
}
