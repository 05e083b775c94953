import { err, ok, type Result } from "../../shared/base/result.ts";
import { diffResources, type ResourceChanges } from "../../shared/proxy/resources.ts";
import type { Bootstrap } from "../../shared/schema/envoy-types.ts";
import type { ThreadBind, ThreadConfig } from "../threads/messages.ts";
import { type BindPlan, planBinds } from "./bind-plan.ts";
import { inBindTurn } from "./bind-turn.ts";
import type { CheckedConfig } from "./check-config.ts";
import type { ClusterDns } from "./cluster-dns.ts";
import type { ServerStats } from "./server-stats.ts";
import type { ThreadPool } from "./thread-pool.ts";

/** Why a configuration that is right in itself could not be brought in. */
export interface ApplyFailure {
  readonly code: "bind" | "thread";
  readonly reason: string;
}

export interface LiveConfigOptions {
  readonly pool: ThreadPool;
  readonly dns: ClusterDns;
  readonly stats: ServerStats;
  /** Threads can have a socket each on one port. */
  readonly canReusePort: boolean;
}

/** Accepts for listeners whose address only one thread can have. */
const SOLE_ACCEPTOR = 0;

/** The configuration that runs, and the way from one to the next. */
export class LiveConfig {
  readonly #options: LiveConfigOptions;
  #current: CheckedConfig | undefined;
  #binds: BindPlan = new Map();
  #version = 0;

  constructor(options: LiveConfigOptions) {
    this.#options = options;
  }

  get current(): CheckedConfig | undefined {
    return this.#current;
  }

  /** Where each listener is bound. */
  get binds(): BindPlan {
    return this.#binds;
  }

  /** Whether `next` differs from what runs in anything that threads are told. */
  changes(next: CheckedConfig): boolean {
    const before = this.#current?.resources;
    if (before === undefined) return true;
    const { listeners, clusters } = next.resources;
    return isChange(diffResources(before.listeners, listeners)) || isChange(diffResources(before.clusters, clusters));
  }

  /** What differs beside listeners and clusters, by field name: it takes effect at the next start only. */
  startOnlyChanges(next: CheckedConfig): readonly string[] {
    const before = startOnlyFields(this.#current?.bootstrap ?? {});
    const after = startOnlyFields(next.bootstrap);
    return [...new Set([...before.keys(), ...after.keys()])].filter((name) => before.get(name) !== after.get(name));
  }

  /**
   * Brings `next` in: waits for the first DNS answers of what is new, reserves its addresses, then tells the threads. Afterwards
   * either all of it runs or nothing has changed.
   */
  async apply(next: CheckedConfig): Promise<Result<void, ApplyFailure>> {
    const dns = await this.#options.dns.prepare(next);
    const bound = await inBindTurn(() => this.#tellThreads(next));
    if (!bound.ok) {
      dns.abort();
      return bound;
    }
    dns.commit();
    this.#count(next);
    this.#current = next;
    this.#binds = bound.value;
    return ok(undefined);
  }

  async #tellThreads(next: CheckedConfig): Promise<Result<BindPlan, ApplyFailure>> {
    const requests = next.listeners.map(({ name, address }) => ({ listener: name, address }));
    const binds = await planBinds(requests, this.#binds);
    if (!binds.ok) {
      const reasons = binds.error.map(({ listener, reason }) => `listener ${listener}: ${reason}`);
      this.#options.stats.listenerCreateFailure.add(reasons.length);
      return err({ code: "bind", reason: reasons.join("; ") });
    }
    const version = ++this.#version;
    const told = await this.#options.pool.update((index) =>
      this.#configFor(index, { version, next, binds: binds.value }),
    );
    return told.ok ? binds : err({ code: "thread", reason: told.error });
  }

  #configFor(index: number, plan: UpdatePlan): ThreadConfig {
    const { listeners = [], clusters = [] } = plan.next.bootstrap.staticResources ?? {};
    return {
      version: plan.version,
      bootstrap: { staticResources: { listeners, clusters } },
      binds: this.#bindsFor(index, plan),
      resolutions: this.#options.dns.resolutions(),
    };
  }

  #bindsFor(index: number, { next, binds }: UpdatePlan): Record<string, ThreadBind> {
    const entries = next.listeners.flatMap(({ name, backlog, reusePort }): [string, ThreadBind][] => {
      const address = binds.get(name)?.actual;
      const isShared = reusePort && this.#options.canReusePort;
      if (address === undefined || (!isShared && index !== SOLE_ACCEPTOR)) return [];
      return [[name, { address, mode: { reusePort: isShared, backlog } }]];
    });
    return Object.fromEntries(entries);
  }

  #count(next: CheckedConfig): void {
    const { stats } = this.#options;
    const { listeners, clusters } = next.resources;
    const listenerChanges = diffResources(this.#current?.resources.listeners ?? new Map(), listeners);
    stats.listenerAdded.add(listenerChanges.added.length);
    stats.listenerModified.add(listenerChanges.modified.length);
    stats.listenerRemoved.add(listenerChanges.removed.length);
    stats.listenerCreateSuccess.add(listenerChanges.added.length + listenerChanges.modified.length);
    stats.listenersActive.set(listeners.size);
    const clusterChanges = diffResources(this.#current?.resources.clusters ?? new Map(), clusters);
    stats.clusterAdded.add(clusterChanges.added.length);
    stats.clusterModified.add(clusterChanges.modified.length);
    stats.clusterRemoved.add(clusterChanges.removed.length);
    stats.activeClusters.set(clusters.size);
  }
}

interface UpdatePlan {
  readonly version: number;
  readonly next: CheckedConfig;
  readonly binds: BindPlan;
}

function isChange({ added, modified, removed }: ResourceChanges<unknown>): boolean {
  return added.length + modified.length + removed.length > 0;
}

/** The fields of a bootstrap that are read once, with their content as text. */
function startOnlyFields(bootstrap: Bootstrap): ReadonlyMap<string, string> {
  const { staticResources: _changeable, ...fields } = bootstrap;
  return new Map(Object.entries(fields).map(([name, value]) => [name, JSON.stringify(value)]));
}
