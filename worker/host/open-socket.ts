import type { Cancellation, UpstreamFailure, UpstreamTarget } from "../../shared/host/upstream-transport.ts";
import type { Timers } from "../../shared/host/timers.ts";
import type { ResetReason } from "../../shared/http/reset-reason.ts";

/** What an exchange uses of the platform's socket. */
export interface PlatformSocket {
  readonly readable: ReadableStream<Uint8Array>;
  readonly writable: WritableStream<Uint8Array>;
  /** Settles once the connection, with TLS if asked for, stands or is refused. */
  readonly opened: Promise<unknown>;
  readonly closed: Promise<void>;
  close(): Promise<void>;
}

/** `connect` of `cloudflare:sockets`; a parameter, so that no module but the Worker's entry imports it. */
export type SocketOpener = (
  address: string,
  options: { readonly secureTransport: "on" | "off"; readonly allowHalfOpen: boolean },
) => PlatformSocket;

export interface SocketWish {
  readonly target: UpstreamTarget;
  readonly cancellation: Cancellation;
}

/**
 * Opens a connection within the cluster's connect timeout. The platform tells refused, unreachable, blocked and failed TLS apart by
 * nothing but words, so all of them are a failed connection.
 */
export async function openSocket(
  opener: SocketOpener,
  timers: Timers,
  { target, cancellation }: SocketWish,
): Promise<{ readonly kind: "open"; readonly socket: PlatformSocket } | UpstreamFailure> {
  if (cancellation.cancelled !== undefined) return notOpened(cancellation.cancelled);
  let socket: PlatformSocket;
  try {
    socket = opener(target.host.address, { secureTransport: target.tls ? "on" : "off", allowHalfOpen: true });
  } catch (error) {
    return notOpened("remote connection failure", wordsOf(error));
  }
  socket.closed.catch(() => undefined);
  const failure = await failureToOpen(socket, timers, { target, cancellation });
  if (failure === undefined) return { kind: "open", socket };
  closeSocket(socket);
  return failure;
}

/** Ends a connection in both directions, whatever is under way on it. */
export function closeSocket(socket: PlatformSocket): void {
  socket.close().catch(() => undefined);
}

function failureToOpen(
  socket: PlatformSocket,
  timers: Timers,
  { target, cancellation }: SocketWish,
): Promise<UpstreamFailure | undefined> {
  return new Promise((resolve) => {
    const settle = (failure?: UpstreamFailure): void => {
      stopTimer();
      resolve(failure);
    };
    const stopTimer = timers.after(target.connectTimeoutMs, 0, () => settle(notOpened("connection timeout")));
    cancellation.onCancel((reason) => settle(notOpened(reason)));
    socket.opened.then(
      () => settle(),
      (error: unknown) => settle(notOpened("remote connection failure", wordsOf(error))),
    );
  });
}

function notOpened(reason: ResetReason, words?: string): UpstreamFailure {
  const transportReason = words === undefined ? {} : { transportReason: words };
  return { kind: "failure", reason, ...transportReason, sent: "nothing", reusedConnection: false };
}

function wordsOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
