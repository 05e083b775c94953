import type { Socket } from "node:net";

/** A connection that is being served. */
export interface OpenConnection {
  /** `flush` sends what is queued first; `abort` resets. `onClosed` follows either way, once. */
  close(mode: "flush" | "abort"): void;
}

/** The filters of one chain, ready to serve connections on this thread. */
export interface ConnectionHandler {
  /** Takes over an accepted socket: paused, nothing read. `onClosed` is called once, never from within this call. */
  open(socket: Socket, onClosed: () => void): OpenConnection;
}

/** A chain without filters: Envoy accepts the connection and closes it. */
export const closingHandler: ConnectionHandler = {
  open: (socket, onClosed) => {
    socket.once("close", onClosed);
    // A client that resets first has nothing left to learn from us.
    socket.on("error", () => {});
    socket.destroy();
    return { close: () => {} };
  },
};
