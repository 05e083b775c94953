import { ok, type Result } from "../../shared/base/result.ts";
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
  create(onEmpty: (listener: ActiveListener) => void): Result<CreatedListener, string>;
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
    const next = new Map<string, Running>();
    const bound = new Map<string, ListeningSocket>();
    for (const listener of wanted) {
      const outcome = await this.#prepareOne(listener, next, bound);
      if (outcome.ok) continue;
      this.abort({ next, bound });
      return outcome;
    }
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

  async #prepareOne(
    wanted: WantedListener,
    next: Map<string, Running>,
    bound: Map<string, ListeningSocket>,
  ): Promise<Result<void, string>> {
    const { name, fingerprint, bind, mode } = wanted;
    const address = renderBindAddress(bind);
    const running = this.#running.get(name);
    const isUnchanged = running?.fingerprint === fingerprint && running.address === address;
    const created = isUnchanged ? ok(running) : wanted.create((listener) => this.#onEmpty(listener));
    if (!created.ok) return created;
    next.set(name, isUnchanged ? running : { ...created.value, fingerprint, address });
    if (this.#sockets.has(address) || bound.has(address)) return ok(undefined);
    const socket = await ListeningSocket.bind(bind, mode);
    if (!socket.ok) return socket;
    bound.set(address, socket.value);
    return ok(undefined);
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
