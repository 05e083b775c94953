import type { Cancel, Timers } from "../../shared/host/timers.ts";
import { classifyNodeFailure, type NodeFailure, renderConnectError } from "../host/node-failure.ts";
import type { PumpSocket } from "./pump-socket.ts";

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
  readonly onOutcome: (outcome: ConnectOutcome) => void;
}

/** Waits for one connection to be ready. `onOutcome` is called once, unless the returned function ends the attempt before. */
export function awaitConnection(options: ConnectAttemptOptions): Cancel {
  const { socket } = options.socket;
  const cancelTimer = options.timers.after(options.connectTimeoutMs, 0, () => {
    settle({ kind: "failed", reason: "timeout", transportReason: "" });
  });
  const onReady = (): void => settle({ kind: "connected" });
  const onError = (error: Error): void => {
    settle({ kind: "failed", reason: classifyNodeFailure(error), transportReason: renderConnectError(error) });
  };
  const onClose = (): void => settle({ kind: "failed", reason: "reset", transportReason: "" });
  const release = (): void => {
    cancelTimer();
    socket.off(options.readyEvent, onReady).off("error", onError).off("close", onClose);
  };
  const settle = (outcome: ConnectOutcome): void => {
    release();
    if (outcome.kind === "failed") options.socket.close();
    options.onOutcome(outcome);
  };
  socket.on(options.readyEvent, onReady).on("error", onError).on("close", onClose);
  return () => {
    release();
    options.socket.close();
  };
}
