import type { Socket } from "node:net";
import type { Clock } from "../../shared/host/clock.ts";
import type { Cancel, Timers } from "../../shared/host/timers.ts";
import type { ConnectionHandler, OpenConnection } from "./connection-handler.ts";
import type { ListenerStats } from "./listener-stats.ts";

export interface ActiveListenerOptions {
  readonly name: string;
  /** Serves a connection; which chain is decided per connection, by what is known when it arrives. */
  selectChain(socket: Socket): ConnectionHandler | undefined;
  /** Idle time before keep-alive probes; absent leaves keep-alive off. */
  readonly keepaliveMs: number | undefined;
  readonly stats: ListenerStats;
  readonly clock: Clock;
  readonly timers: Timers;
  /** Called once a retired listener has no connection left and everything of it may go. */
  onEmpty(): void;
}

/** One version of a listener on this thread, with the connections that it accepted. They stay with it to their end. */
export class ActiveListener {
  readonly name: string;
  readonly #options: ActiveListenerOptions;
  readonly #connections = new Set<OpenConnection>();
  #retired = false;
  #cancelDrain: Cancel = () => {};

  constructor(options: ActiveListenerOptions) {
    this.name = options.name;
    this.#options = options;
  }

  get connections(): number {
    return this.#connections.size;
  }

  accept(socket: Socket): void {
    const { stats, keepaliveMs, clock } = this.#options;
    stats.cxTotal.inc();
    stats.threadCxTotal.inc();
    const chain = this.#options.selectChain(socket);
    if (chain === undefined) {
      stats.noFilterChainMatch.inc();
      stats.cxDestroy.inc();
      socket.destroy();
      return;
    }
    stats.cxActive.inc();
    stats.threadCxActive.inc();
    if (keepaliveMs !== undefined) socket.setKeepAlive(true, keepaliveMs);
    const acceptedMs = clock.monotonicMs();
    const connection = chain.open(socket, () => this.#onClosed(connection, acceptedMs));
    this.#connections.add(connection);
  }

  /** Takes no new connections from now on; those that are open may go on for `drainTimeMs`. */
  retire(drainTimeMs: number): void {
    this.#retired = true;
    if (this.#connections.size === 0) this.#options.onEmpty();
    else this.#cancelDrain = this.#options.timers.after(drainTimeMs, 0, () => this.closeConnections("flush"));
  }

  closeConnections(mode: "flush" | "abort"): void {
    for (const connection of this.#connections) connection.close(mode);
  }

  #onClosed(connection: OpenConnection, acceptedMs: number): void {
    const { stats, clock } = this.#options;
    this.#connections.delete(connection);
    stats.cxActive.dec();
    stats.threadCxActive.dec();
    stats.cxDestroy.inc();
    stats.cxLengthMs.record(clock.monotonicMs() - acceptedMs);
    if (!this.#retired || this.#connections.size > 0) return;
    this.#cancelDrain();
    this.#options.onEmpty();
  }
}
