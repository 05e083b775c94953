import type { Cancel, Timers } from "../../shared/host/timers.ts";
import { type NodeFailure, renderConnectError } from "../host/node-failure.ts";
import { NO_OWNER, type PumpSocket, type PumpSocketOwner } from "./pump-socket.ts";

export type ConnectOutcome =
  | { readonly kind: "connected" }
  | {
      readonly kind: "failed";
      readonly reason: NodeFailure;
      /** `%UPSTREAM_TRANSPORT_FAILURE_REASON%`; empty for our own timeout, as on Envoy. */
      readonly transportReason: string;
    };

export interface ConnectAttemptOptions {
  readonly socket: PumpSocket;
  /** `connect`, or `secureConnect` where a handshake follows. */
  readonly readyEvent: "connect" | "secureConnect";
  /** TCP and handshake together (`Cluster.connect_timeout`). */
  readonly connectTimeoutMs: number;
  readonly timers: Timers;
  /** Called once, unless the attempt is cancelled before. The socket has no owner then, and is closed when it failed. */
  readonly onOutcome: (outcome: ConnectOutcome) => void;
}

/** Owns a socket until it is connected, has failed or took too long. */
export class ConnectAttempt implements PumpSocketOwner {
  readonly #options: ConnectAttemptOptions;
  readonly #cancelTimer: Cancel;
  #settled = false;

  constructor(options: ConnectAttemptOptions) {
    this.#options = options;
    options.socket.owner = this;
    options.socket.socket.once(options.readyEvent, () => this.#settle({ kind: "connected" }));
    this.#cancelTimer = options.timers.after(options.connectTimeoutMs, 0, () => {
      this.#settle({ kind: "failed", reason: "timeout", transportReason: "" });
    });
  }

  /** Gives up; the socket is closed and nobody hears of it. */
  cancel(): void {
    if (this.#settled) return;
    this.#release();
    this.#options.socket.close();
  }

  onClosed(socket: PumpSocket, failure: NodeFailure | undefined): void {
    const transportReason = socket.error === undefined ? "" : renderConnectError(socket.error);
    this.#settle({ kind: "failed", reason: failure ?? "reset", transportReason });
  }

  // Nothing is read or sent before the outcome.
  onBytes(): void {}
  onWritable(): void {}
  onEnd(): void {}

  #settle(outcome: ConnectOutcome): void {
    if (this.#settled) return;
    this.#release();
    if (outcome.kind === "failed") this.#options.socket.close();
    this.#options.onOutcome(outcome);
  }

  #release(): void {
    this.#settled = true;
    this.#cancelTimer();
    this.#options.socket.owner = NO_OWNER;
  }
}
