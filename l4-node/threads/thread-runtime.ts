import { err, ok, type Result } from "../../shared/base/result.ts";
import { DiagnosticCollector } from "../../shared/diagnostics/collector.ts";
import { renderDiagnostic } from "../../shared/diagnostics/render.ts";
import type { Clock } from "../../shared/host/clock.ts";
import type { RandomSource } from "../../shared/host/random-source.ts";
import type { Timers } from "../../shared/host/timers.ts";
import { type HostOfCluster, hostStatus } from "../../shared/proxy/admin/cluster-status.ts";
import { type Resource, resourcesOf } from "../../shared/proxy/resources.ts";
import type { Listener } from "../../shared/schema/envoy-types.ts";
import type { StatsScope } from "../../shared/stats/stats-scope.ts";
import { ClusterManager, type PreparedClusters, type ResolutionUpdate } from "../../shared/upstream/cluster-manager.ts";
import { networkFilters, type TerminalFilter } from "../filters.ts";
import { nodeCapabilities } from "../host/node-capabilities.ts";
import { ActiveListener } from "../listener/active-listener.ts";
import type { BindAddress } from "../listener/bind-address.ts";
import { type CompiledListener, compileListener, listenerStatName } from "../listener/compile-listener.ts";
import { closingHandler } from "../listener/connection-handler.ts";
import { createListenerStats } from "../listener/listener-stats.ts";
import { TcpProxyHandler } from "../listener/tcp-proxy-handler.ts";
import type { PumpSockets } from "../tcp/pump-socket.ts";
import type { ThreadBind, ThreadCommand, ThreadConfig, ThreadReport, ThreadSetup } from "./messages.ts";
import {
  type CreatedListener,
  type PreparedListeners,
  ThreadListeners,
  type WantedListener,
} from "./thread-listeners.ts";

/** What a worker thread brings along; tests bring fakes. */
export interface ThreadHost {
  readonly setup: ThreadSetup;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly random: RandomSource;
  /** The root of all statistics. */
  readonly stats: StatsScope;
  readonly sockets: PumpSockets;
  readonly report: (message: ThreadReport) => void;
  /** Takes no more commands; the thread ends when nothing is left to do. */
  readonly exit: () => void;
}

interface Pending {
  readonly version: number;
  readonly resolutions: readonly ResolutionUpdate[];
  readonly clusters: PreparedClusters;
  readonly listeners: PreparedListeners;
}

/**
 * One worker thread: carries out what the main thread says, one command after the other, and reports. Everything that serves
 * connections hangs below it and belongs to this thread for life.
 */
export class ThreadRuntime {
  readonly #host: ThreadHost;
  readonly #clusters: ClusterManager;
  readonly #listeners: ThreadListeners;
  #pending: Pending | undefined;
  #closing = false;
  #turn: Promise<void> = Promise.resolve();

  constructor(host: ThreadHost) {
    this.#host = host;
    const { random, clock, stats } = host;
    this.#clusters = new ClusterManager({ capabilities: nodeCapabilities, random, clock, stats });
    this.#listeners = new ThreadListeners({
      drainTimeMs: host.setup.drainTimeMs,
      onIdle: () => {
        if (this.#closing) host.report({ kind: "idle" });
      },
    });
  }

  /** A command that fails in a way nobody foresaw ends the thread, which is then replaced: half a change must not stay. */
  handle(command: ThreadCommand): void {
    this.#turn = this.#turn.then(() => this.#run(command));
  }

  async #run(command: ThreadCommand): Promise<void> {
    switch (command.kind) {
      case "prepare":
        return this.#prepare(command.config);
      case "commit":
        return this.#commit(command.version);
      case "abort":
        return this.#abort(command.version);
      case "resolve":
        return this.#clusters.applyResolution(command.resolution);
      case "stop_accepting":
        return this.#listeners.stopAccepting(command.listeners);
      case "close_connections":
        this.#closing = true;
        return this.#listeners.close(command.mode);
      case "exit":
        this.#listeners.close("abort");
        return this.#host.exit();
      case "report_hosts":
        return this.#host.report({ kind: "hosts", request: command.request, hosts: this.#hosts() });
    }
  }

  async #prepare(config: ThreadConfig): Promise<void> {
    const { version } = config;
    const prepared = await this.#prepareAll(config);
    if (prepared.ok) {
      this.#pending = { version, ...prepared.value };
      this.#host.report({ kind: "prepared", version });
    } else {
      this.#host.report({ kind: "refused", version, reason: `${this.#host.setup.name}: ${prepared.error}` });
    }
  }
  async #prepareAll({
    bootstrap,
    binds,
    resolutions,
  }: ThreadConfig): Promise<Result<Omit<Pending, "version">, string>> {
    const resources = resourcesOf(bootstrap);
    const diagnostics = new DiagnosticCollector();
    const clusters = this.#clusters.prepare(resources.clusters.values(), diagnostics);
    if (clusters === undefined) return err(rendered(diagnostics));
    const wanted = [...resources.listeners.values()].flatMap((resource) => {
      const bind = binds[resource.name];
      return bind === undefined ? [] : [this.#want(resource, bind)];
    });
    const listeners = await this.#listeners.prepare(wanted);
    if (listeners.ok) return ok({ resolutions, clusters, listeners: listeners.value });
    this.#clusters.abort(clusters);
    return listeners;
  }

  #commit(version: number): void {
    const pending = this.#takePending(version);
    if (pending === undefined) return;
    this.#clusters.commit(pending.clusters);
    for (const resolution of pending.resolutions) this.#clusters.applyResolution(resolution);
    this.#listeners.commit(pending.listeners);
    this.#host.report({ kind: "committed", version });
  }

  #abort(version: number): void {
    const pending = this.#takePending(version);
    if (pending === undefined) return;
    this.#listeners.abort(pending.listeners);
    this.#clusters.abort(pending.clusters);
  }

  #takePending(version: number): Pending | undefined {
    const pending = this.#pending;
    if (pending?.version !== version) return undefined;
    this.#pending = undefined;
    return pending;
  }

  #hosts(): HostOfCluster[] {
    return [...this.#clusters.clusters()].flatMap(({ info, hosts }) => {
      return hosts.map((host) => ({ cluster: info.name, host: hostStatus(host) }));
    });
  }

  #want({ name, config, path, fingerprint }: Resource<Listener>, { address, mode }: ThreadBind): WantedListener {
    return {
      name,
      fingerprint,
      bind: address,
      mode,
      create: (onEmpty) => {
        const diagnostics = new DiagnosticCollector();
        const compiled = compileListener(config, name, { path, filters: networkFilters, diagnostics });
        return compiled === undefined
          ? err(rendered(diagnostics))
          : ok(this.#createListener(compiled, address, onEmpty));
      },
    };
  }

  #createListener(
    compiled: CompiledListener<TerminalFilter>,
    address: BindAddress,
    onEmpty: (listener: ActiveListener) => void,
  ): CreatedListener {
    const { stats, setup, clock, timers } = this.#host;
    const listenerStats = createListenerStats(stats, listenerStatName(compiled, address), setup.name);
    const handler = this.#createHandler(compiled);
    const listener: ActiveListener = new ActiveListener({
      name: compiled.name,
      selectChain: () => handler ?? closingHandler,
      keepaliveMs: compiled.keepaliveMs,
      stats: listenerStats,
      clock,
      timers,
      onEmpty: () => onEmpty(listener),
    });
    const release = (): void => {
      listenerStats.release();
      handler?.release();
    };
    return { listener, release };
  }

  #createHandler({ chain, bufferLimitBytes }: CompiledListener<TerminalFilter>): TcpProxyHandler | undefined {
    const { stats, sockets, clock, timers, random } = this.#host;
    const config = chain.terminal;
    if (config === undefined) return undefined;
    return new TcpProxyHandler({
      config,
      clusters: this.#clusters,
      bufferLimitBytes,
      stats,
      sockets,
      clock,
      timers,
      random,
    });
  }
}

/** The main thread has found nothing wrong with it, or it would not be here: what this says is for a bug report. */
function rendered({ diagnostics }: DiagnosticCollector): string {
  return diagnostics.map(renderDiagnostic).join("; ");
}
