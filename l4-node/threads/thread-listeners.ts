import { err, ok, type Result } from "../../shared/base/result.ts";
import { type ActiveListener } from "../listener/active-listener.ts";
import { type BindAddress, renderBindAddress } from "../listener/bind-address.ts";
import type { BindMode } from "../listener/listen-options.ts";
import { ListeningSocket } from "../listener/listening-socket.ts";

/** A listener as an update wants it on this thread. */
export interface WantedListener {
  readonly name: string;
  /** Equal where nothing changed; the running listener then stays as it is. */
  readonly fingerprint: string;
  readonly bind: BindAddress;
  readonly mode: BindMode;
  /** Makes the listener, if it is new or changed; `onEmpty` is for when it was retired and has no connection left. */
  create(onEmpty: (listener: ActiveListener) => void): CreatedListener;
}

export interface CreatedListener {
  readonly listener: ActiveListener;
  /** Gives back what the listener holds: its statistics. */
  release(): void;
}

interface Running extends CreatedListener {
  readonly fingerprint: string;
  readonly address: string;
}

/** What an update prepared; commit it or abort it. */
export interface PreparedListeners {
  readonly next: ReadonlyMap<string, Running>;
  readonly bound: ReadonlyMap<string, ListeningSocket>;
}

/**
 * The listeners of one thread, and their sockets. A socket belongs to an address and not to a listener: it stays open through
 * every update after which some listener still has that address.
 */
export class ThreadListeners {
  readonly #drainTimeMs: number;
  readonly #onIdle: () => void;
  #running: ReadonlyMap<string, Running> = new Map();
  #sockets = new Map<string, ListeningSocket>();
  readonly #draining = new Map<ActiveListener, CreatedListener>();

  /** `onIdle` is called whenever the last draining listener is done. */
  constructor(options: { readonly drainTimeMs: number; readonly onIdle: () => void }) {
    this.#drainTimeMs = options.drainTimeMs;
    this.#onIdle = options.onIdle;
  }

  /** Makes and binds what is new. Nothing that runs is touched. */
  async prepare(wanted: readonly WantedListener[]): Promise<Result<PreparedListeners, string>> {
    const bound = new Map<string, ListeningSocket>();
    for (const { bind, mode } of wanted) {
      const address = renderBindAddress(bind);
      if (this.#sockets.has(address) || bound.has(address)) continue;
      const socket = await ListeningSocket.bind(bind, mode);
      if (!socket.ok) {
        closeAll(bound);
        return err(socket.error);
      }
      bound.set(address, socket.value);
    }
    const next = new Map(wanted.map((listener) => [listener.name, this.#keepOrCreate(listener)]));
    return ok({ next, bound });
  }

  commit({ next, bound }: PreparedListeners): void {
    const before = this.#running;
    this.#running = next;
    for (const [address, socket] of bound) this.#sockets.set(address, socket);
    for (const running of next.values()) {
      this.#sockets.get(running.address)?.serve((accepted) => running.listener.accept(accepted));
    }
    for (const [name, old] of before) {
      if (next.get(name) !== old) this.#retire(old, this.#drainTimeMs);
    }
    this.#closeUnused();
  }

  abort({ next, bound }: PreparedListeners): void {
    closeAll(bound);
    for (const [name, created] of next) {
      if (this.#running.get(name) !== created) created.release();
    }
  }

  /** Closes the sockets of the named listeners; their connections go on. */
  stopAccepting(names: readonly string[]): void {
    for (const name of names) {
      const address = this.#running.get(name)?.address ?? "";
      this.#sockets.get(address)?.close();
      this.#sockets.delete(address);
    }
  }

  /** Stops accepting and ends every connection. `onIdle` follows, at once if there is none. */
  close(mode: "flush" | "abort"): void {
    closeAll(this.#sockets);
    this.#sockets = new Map();
    const running = [...this.#running.values()];
    this.#running = new Map();
    for (const listener of running) this.#retire(listener, this.#drainTimeMs);
    for (const listener of this.#draining.keys()) listener.closeConnections(mode);
    if (this.#draining.size === 0) this.#onIdle();
  }

  #keepOrCreate(wanted: WantedListener): Running {
    const { name, fingerprint } = wanted;
    const address = renderBindAddress(wanted.bind);
    const running = this.#running.get(name);
    if (running?.fingerprint === fingerprint && running.address === address) return running;
    return { ...wanted.create((listener) => this.#onEmpty(listener)), fingerprint, address };
  }

  #retire(old: Running, drainTimeMs: number): void {
    this.#draining.set(old.listener, old);
    old.listener.retire(drainTimeMs);
  }

  #onEmpty(listener: ActiveListener): void {
    this.#draining.get(listener)?.release();
    this.#draining.delete(listener);
    if (this.#draining.size === 0) this.#onIdle();
  }

  #closeUnused(): void {
    const used = new Set([...this.#running.values()].map(({ address }) => address));
    for (const [address, socket] of this.#sockets) {
      if (used.has(address)) continue;
      socket.close();
      this.#sockets.delete(address);
    }
  }
}

function closeAll(sockets: ReadonlyMap<string, ListeningSocket>): void {
  for (const socket of sockets.values()) socket.close();
}
