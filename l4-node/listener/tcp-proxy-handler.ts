import type { Socket } from "node:net";
import type { CompiledTcpProxy } from "../../shared/filters/network/tcp-proxy/compile-tcp-proxy.ts";
import { TcpProxyStats } from "../../shared/filters/network/tcp-proxy/tcp-proxy-stats.ts";
import { pickTcpUpstream } from "../../shared/filters/network/tcp-proxy/tcp-upstream-pick.ts";
import type { Clock } from "../../shared/host/clock.ts";
import type { RandomSource } from "../../shared/host/random-source.ts";
import type { Cancel, Timers } from "../../shared/host/timers.ts";
import type { StatsScope } from "../../shared/stats/stats-scope.ts";
import type { Cluster } from "../../shared/upstream/cluster.ts";
import type { PumpSockets } from "../tcp/pump-socket.ts";
import { startTcpProxySession, type TcpProxySession } from "../tcp/tcp-proxy-session.ts";
import type { UpstreamPick } from "../tcp/tcp-upstream.ts";
import { ClusterUpstream } from "../upstream/cluster-upstream.ts";
import type { ConnectionHandler, OpenConnection } from "./connection-handler.ts";
import { TcpSessionRecorder } from "./tcp-session-recorder.ts";

export interface TcpProxyHandlerOptions {
  readonly config: CompiledTcpProxy;
  readonly clusters: { get(name: string): Cluster | undefined };
  /** `Listener.per_connection_buffer_limit_bytes` */
  readonly bufferLimitBytes: number;
  /** The root of all statistics. */
  readonly stats: StatsScope;
  readonly sockets: PumpSockets;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly random: RandomSource;
}

/** Bytes of running sessions are added to the counters this often. */
const COUNT_EVERY_MS = 5000;
const COUNT_SLACK_MS = 1000;

interface Session {
  readonly session: TcpProxySession;
  readonly recorder: TcpSessionRecorder;
}

/** `envoy.filters.network.tcp_proxy` on this thread: a session for each connection. */
export class TcpProxyHandler implements ConnectionHandler {
  readonly #options: TcpProxyHandlerOptions;
  readonly #scope: StatsScope;
  readonly #stats: TcpProxyStats;
  readonly #sessions = new Set<Session>();
  #cancelCount: Cancel | undefined;

  constructor(options: TcpProxyHandlerOptions) {
    this.#options = options;
    this.#scope = options.stats.scope(`tcp.${options.config.statPrefix}`);
    this.#stats = new TcpProxyStats(this.#scope);
  }

  open(socket: Socket, onClosed: () => void): OpenConnection {
    const { config, bufferLimitBytes, sockets, clock, timers, random } = this.#options;
    this.#stats.cxTotal.inc();
    const onEnded = (): void => {
      this.#forget(open);
      onClosed();
    };
    const recorder = new TcpSessionRecorder({ stats: this.#stats, clock, onEnded });
    const session = startTcpProxySession<ClusterUpstream>({
      downstream: socket,
      sockets,
      pickUpstream: () => this.#pick(),
      maxConnectAttempts: config.maxConnectAttempts,
      ...(config.backoff === undefined ? {} : { backoff: config.backoff }),
      idleTimeoutMs: config.idleTimeoutMs,
      maxDurationMs: this.#maxDurationMs(),
      bufferLimitBytes,
      clock,
      timers,
      random,
      observer: recorder,
    });
    const open = { session, recorder };
    this.#remember(open);
    return { close: (mode) => session.close(mode, "listener_drained") };
  }

  /** Gives back the statistics. Sessions that are still open count on where nobody sees it. */
  release(): void {
    this.#scope.release();
  }

  #pick(): UpstreamPick<ClusterUpstream> {
    const { config, clusters, random } = this.#options;
    const pick = pickTcpUpstream({ pickCluster: config.pickCluster, clusters, random });
    return pick.kind === "none" ? pick : { kind: "host", host: new ClusterUpstream(pick.cluster, pick.host) };
  }

  #maxDurationMs(): number {
    const { config, random } = this.#options;
    if (config.maxDurationMs === 0 || config.maxDurationJitter === 0) return config.maxDurationMs;
    return Math.floor(config.maxDurationMs * (1 + (config.maxDurationJitter * random.uint32()) / 2 ** 32));
  }

  #remember(open: Session): void {
    this.#sessions.add(open);
    this.#cancelCount ??= this.#countLater();
  }

  #forget(open: Session): void {
    this.#sessions.delete(open);
    if (this.#sessions.size > 0) return;
    this.#cancelCount?.();
    this.#cancelCount = undefined;
  }

  #countLater(): Cancel {
    return this.#options.timers.after(COUNT_EVERY_MS, COUNT_SLACK_MS, () => {
      for (const { session, recorder } of this.#sessions)
        recorder.countBytes(session.stats.bytesRx, session.stats.bytesTx);
      this.#cancelCount = this.#countLater();
    });
  }
}
