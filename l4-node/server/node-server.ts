import { durationMs } from "../../shared/base/duration-ms.ts";
import { invariant } from "../../shared/base/invariant.ts";
import { err, ok, type Result } from "../../shared/base/result.ts";
import type { LoadedConfig } from "../../shared/config/load.ts";
import type { Diagnostic } from "../../shared/diagnostics/diagnostic.ts";
import type { Clock } from "../../shared/host/clock.ts";
import type { Cancel, Timers } from "../../shared/host/timers.ts";
import type { DrainOptions, ServerState } from "../../shared/proxy/admin/admin-source.ts";
import type { StatsView } from "../../shared/stats/stats-view.ts";
import { VERSION } from "../cli/version.ts";
import { createNodeDnsResolver } from "../host/node-dns-resolver.ts";
import { createNodeRandom } from "../host/node-random.ts";
import type { BindAddress } from "../listener/bind-address.ts";
import { AdminListener } from "./admin-listener.ts";
import { type CheckedConfig, checkConfig } from "./check-config.ts";
import { ClusterDns } from "./cluster-dns.ts";
import { type Draining, startDrainPeriod } from "./drain-period.ts";
import { type ApplyFailure, LiveConfig } from "./live-config.ts";
import { type AdminSubject, createNodeAdminSource } from "./node-admin-source.ts";
import { ProcessStats } from "./process-stats.ts";
import { STATE_NUMBERS } from "./server-stats.ts";
import type { ServedListener, Server, ServerOptions, UpdateOutcome } from "./server.ts";
import { spawnWorkerThread } from "./thread-link.ts";
import { ThreadPool } from "./thread-pool.ts";

/** How long a thread may take to come up or to acknowledge a phase of an update. */
const ANSWER_TIMEOUT_MS = 30_000;
/** How long connections have to send what is queued, once they are told to close. */
const FLUSH_TIME_MS = 5000;
/** Where the kernel spreads the connections of a port over several sockets; elsewhere one thread accepts. */
const REUSE_PORT_PLATFORMS: ReadonlySet<NodeJS.Platform> = new Set(["linux", "freebsd"]);
/** `Bootstrap.stats_flush_interval` */
const DEFAULT_FLUSH_INTERVAL = "5s";

export interface NodeServerOptions extends ServerOptions {
  readonly clock: Clock;
  readonly timers: Timers;
}

/** See {@link Server}; made and started by `startServer`. */
export class NodeServer implements Server {
  readonly diagnostics: readonly Diagnostic[];
  readonly ended: Promise<void>;
  readonly #end: () => void;
  readonly #options: NodeServerOptions;
  readonly #stats: ProcessStats;
  readonly #pool: ThreadPool;
  readonly #dns: ClusterDns;
  readonly #live: LiveConfig;
  #admin: AdminListener | undefined;
  #state: ServerState = "INITIALIZING";
  #updatedWallMs = 0;
  #draining: Draining | undefined;
  #cancelStop: Cancel = () => {};
  #drained: Promise<void> | undefined;
  #turn: Promise<unknown> = Promise.resolve();

  constructor(options: NodeServerOptions, diagnostics: readonly Diagnostic[]) {
    this.#options = options;
    this.diagnostics = diagnostics;
    ({ promise: this.ended, resolve: this.#end } = Promise.withResolvers<void>());
    const { clock, timers, logger, logLevel, drainTimeMs, concurrency } = options;
    this.#stats = new ProcessStats({ clock, timers });
    this.#pool = new ThreadPool({
      concurrency,
      setup: { logLevel, drainTimeMs },
      spawn: options.spawn ?? spawnWorkerThread,
      timers,
      logger,
      stats: this.#stats.merged,
      answerTimeoutMs: ANSWER_TIMEOUT_MS,
      onThreadLost: () => this.#stats.counts.threadLost.inc(),
    });
    this.#dns = new ClusterDns({
      resolver: createNodeDnsResolver(),
      random: createNodeRandom(),
      timers,
      logger,
      stats: this.#stats.store,
      onUpdate: (resolution) => this.#pool.broadcast({ kind: "resolve", resolution }),
    });
    this.#live = new LiveConfig({
      pool: this.#pool,
      dns: this.#dns,
      stats: this.#stats.counts,
      canReusePort: REUSE_PORT_PLATFORMS.has(process.platform),
    });
  }

  get adminAddress(): BindAddress | undefined {
    return this.#admin?.address;
  }

  async start(checked: CheckedConfig): Promise<Result<void, ApplyFailure>> {
    const up = await this.#pool.start();
    if (!up.ok) return err({ code: "thread", reason: up.error });
    const applied = await this.#live.apply(checked);
    if (!applied.ok) return applied;
    this.#updatedWallMs = this.#options.clock.wallMs();
    this.#stats.counts.workersStarted.set(1);
    this.#stats.counts.concurrency.set(this.#pool.size);
    this.#stats.latchEvery(durationMs(checked.bootstrap.statsFlushInterval ?? DEFAULT_FLUSH_INTERVAL));
    this.#setState("LIVE");
    this.#sayWhoAccepts(checked);
    return this.#startAdmin(checked);
  }

  listeners(): readonly ServedListener[] {
    const { current, binds } = this.#live;
    return (current?.listeners ?? []).flatMap(({ name }) => {
      const bound = binds.get(name);
      return bound === undefined ? [] : [{ name, address: bound.actual }];
    });
  }

  update(config: LoadedConfig): Promise<UpdateOutcome> {
    const update = this.#turn.then(() => this.#update(config));
    this.#turn = update.catch(() => {});
    return update;
  }

  stats(): StatsView {
    return this.#stats.current();
  }

  drain(): Promise<void> {
    this.#draining?.cutShort();
    this.#drained ??= this.#drain();
    return this.#drained;
  }

  async close(): Promise<void> {
    this.#draining?.cutShort();
    this.#cancelStop();
    this.#stats.stop();
    this.#dns.stop();
    await this.#admin?.close();
    await this.#pool.close();
    this.#end();
  }

  async #update(config: LoadedConfig): Promise<UpdateOutcome> {
    this.#stats.counts.updateAttempt.inc();
    const { diagnostics, checked } = checkConfig(config, this.#options);
    if (checked === undefined) return this.#refuse(diagnostics, "the configuration has errors");
    if (this.#draining !== undefined) return this.#refuse(diagnostics, "the server is draining");
    for (const field of this.#live.startOnlyChanges(checked)) {
      this.#options.logger.log("warning", "restart_needed", { field });
    }
    if (!this.#live.changes(checked)) {
      this.#stats.counts.updateUnchanged.inc();
      return { kind: "unchanged", diagnostics };
    }
    const applied = await this.#live.apply(checked);
    if (!applied.ok) return this.#refuse(diagnostics, applied.error.reason);
    this.#updatedWallMs = this.#options.clock.wallMs();
    this.#stats.counts.updateSuccess.inc();
    return { kind: "applied", diagnostics };
  }

  #refuse(diagnostics: readonly Diagnostic[], reason: string): UpdateOutcome {
    this.#stats.counts.updateRejected.inc();
    return { kind: "refused", diagnostics, reason };
  }

  async #drain(): Promise<void> {
    const { clock, timers, drainTimeMs } = this.#options;
    this.#setState("DRAINING");
    this.#draining = startDrainPeriod({
      drainTimeMs,
      clock,
      timers,
      openConnections: () => this.#stats.openConnections(),
    });
    await this.#draining.done;
    await this.#turn;
    await this.#pool.closeConnections("flush", FLUSH_TIME_MS);
    await this.close();
  }

  async #startAdmin(checked: CheckedConfig): Promise<Result<void, ApplyFailure>> {
    const address = checked.adminAddress;
    if (address === undefined) return ok(undefined);
    const source = createNodeAdminSource(this.#adminSubject());
    const { logger } = this.#options;
    const allow = checked.adminAllowPath === undefined ? {} : { allowPath: checked.adminAllowPath };
    const admin = await AdminListener.start({ address, source, logger, ...allow });
    if (!admin.ok) return err({ code: "bind", reason: admin.error });
    this.#admin = admin.value;
    return ok(undefined);
  }

  #adminSubject(): AdminSubject {
    const state = (): ServerState => this.#state;
    return {
      get state() {
        return state();
      },
      version: VERSION,
      commandLineOptions: this.#options.commandLineOptions ?? {},
      uptimeSeconds: () => this.#stats.uptimeSeconds,
      stats: () => this.#stats.current(),
      running: () => this.#running(),
      hosts: () => this.#pool.hosts(),
      drainListeners: (options) => this.#drainListeners(options),
    };
  }

  #running(): ReturnType<AdminSubject["running"]> {
    const { current, binds } = this.#live;
    invariant(current !== undefined, "the admin interface starts after the first configuration runs");
    return { config: current, sinceWallMs: this.#updatedWallMs, binds };
  }

  #drainListeners({ graceful, inboundOnly, skipExit }: DrainOptions): void {
    if (graceful && !skipExit && !inboundOnly) return void this.drain();
    const chosen = (this.#live.current?.listeners ?? []).filter(({ inbound }) => inbound || !inboundOnly);
    const listeners = chosen.map(({ name }) => name);
    const stop = (): void => this.#pool.broadcast({ kind: "stop_accepting", listeners });
    if (graceful) this.#cancelStop = this.#options.timers.after(this.#options.drainTimeMs, 0, stop);
    else stop();
  }

  #setState(state: ServerState): void {
    this.#state = state;
    this.#stats.counts.live.set(state === "LIVE" ? 1 : 0);
    this.#stats.counts.state.set(STATE_NUMBERS[state]);
  }

  #sayWhoAccepts({ listeners }: CheckedConfig): void {
    const shared = REUSE_PORT_PLATFORMS.has(process.platform);
    for (const { name, reusePort } of listeners) {
      if (reusePort && shared) continue;
      this.#options.logger.log("info", "one_thread_accepts", { listener: name, thread: "worker_0" });
    }
  }
}
