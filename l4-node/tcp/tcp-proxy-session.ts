import type { Socket } from "node:net";
import type { Clock } from "../../shared/host/clock.ts";
import type { RandomSource } from "../../shared/host/random-source.ts";
import type { Cancel, Timers } from "../../shared/host/timers.ts";
import { flagBit, type ResponseFlag, type ResponseFlagSet } from "../../shared/http/response-flags.ts";
import { ConnectAttempt, type ConnectOutcome } from "./connect-attempt.ts";
import { IdleWatch } from "./idle-watch.ts";
import { Pump } from "./pump.ts";
import type { PumpSocket, PumpSocketOwner, PumpSockets } from "./pump-socket.ts";
import type { TcpSessionObserver, TcpSessionSummary } from "./tcp-session-observer.ts";
import type { NoUpstreamReason, TcpUpstream, UpstreamPick } from "./tcp-upstream.ts";

export interface TcpProxySessionOptions<Upstream extends TcpUpstream> {
  /** Accepted, paused, `allowHalfOpen`. The session owns it from here on; the object may stop being the live one. */
  readonly downstream: Socket;
  /** What listener filters read and did not consume; goes upstream first. */
  readonly firstBytes?: Uint8Array;
  readonly sockets: PumpSockets;
  /** Called for every attempt, from 1, so a retry may land elsewhere. */
  readonly pickUpstream: (attempt: number) => UpstreamPick<Upstream>;
  /** At least 1. */
  readonly maxConnectAttempts: number;
  /** Absent: the next attempt follows at once. */
  readonly backoff?: { readonly baseMs: number; readonly maxMs: number };
  /** From accept, renewed by bytes either way; 0 is off. */
  readonly idleTimeoutMs: number;
  /** From accept; 0 is off. Jitter, if any, is already in it. */
  readonly maxDurationMs: number;
  /** `Listener.per_connection_buffer_limit_bytes`; 0 is none. */
  readonly bufferLimitBytes: number;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly random: RandomSource;
  readonly observer: TcpSessionObserver<Upstream>;
}

export interface TcpSessionStats {
  readonly connected: boolean;
  readonly bytesRx: number;
  readonly bytesTx: number;
}

export interface TcpProxySession {
  /**
   * Ends the session from this side: after what is queued (`flush`), at once (`no_flush`) or with RST (`abort`). `detail` becomes the
   * summary's. Stronger modes may follow weaker ones; after the end it does nothing.
   */
  close(mode: "flush" | "no_flush" | "abort", detail: string): void;
  readonly stats: TcpSessionStats;
}

/** Flag, and Envoy's number of the reason in its close detail, of each way to find no host. */
const NO_UPSTREAM: Readonly<Record<NoUpstreamReason, { readonly flag: ResponseFlag; readonly number: number }>> = {
  no_healthy_host: { flag: "NoHealthyUpstream", number: 1 },
  overflow: { flag: "UpstreamOverflow", number: 2 },
  no_cluster: { flag: "NoClusterFound", number: 3 },
};

/** Envoy 1.39's own spelling. */
const INITIALIZATION_FAILURE = "tcp_initializion_failure";
const CONNECT_FAILED = 0;

/**
 * One connection through `envoy.filters.network.tcp_proxy`: picks a host, connects (again, if it may), then pumps until both sides are
 * closed. Downstream is not read before upstream is connected, so what the client sends meanwhile stays in the kernel.
 */
export function startTcpProxySession<Upstream extends TcpUpstream>(
  options: TcpProxySessionOptions<Upstream>,
): TcpProxySession {
  const session = new Session(options);
  session.attempt();
  return session;
}

class Session<Upstream extends TcpUpstream> implements TcpProxySession, PumpSocketOwner {
  readonly #options: TcpProxySessionOptions<Upstream>;
  readonly #startedMs: number;
  readonly #downstream: PumpSocket;
  readonly #idle: IdleWatch;
  #cancelDuration: Cancel | undefined;
  /** Stops what comes before the pump: an attempt that is under way or the pause before the next. */
  #cancelAttempt: Cancel | undefined;
  #attempts = 0;
  #backoffMs: number;
  #host: Upstream | undefined;
  #pump: Pump | undefined;
  #flags: ResponseFlagSet = 0;
  #detail = "";
  #transportReason = "";

  constructor(options: TcpProxySessionOptions<Upstream>) {
    this.#options = options;
    const { clock, timers, idleTimeoutMs, maxDurationMs } = options;
    this.#startedMs = clock.monotonicMs();
    this.#backoffMs = options.backoff?.baseMs ?? 0;
    this.#downstream = options.sockets.adopt(options.downstream, options.bufferLimitBytes);
    this.#downstream.owner = this;
    this.#idle = new IdleWatch({ clock, timers, idleTimeoutMs, onIdle: () => this.#onIdle() });
    if (maxDurationMs > 0) this.#cancelDuration = timers.after(maxDurationMs, 0, () => this.#onDuration());
  }

  get stats(): TcpSessionStats {
    const pump = this.#pump;
    return {
      connected: pump !== undefined,
      bytesRx: pump?.downstreamBytes ?? 0,
      bytesTx: pump?.upstreamBytes ?? 0,
    };
  }

  attempt(): void {
    this.#attempts += 1;
    const pick = this.#options.pickUpstream(this.#attempts);
    if (pick.kind === "host") this.#connect(pick.host);
    else this.#giveUp(NO_UPSTREAM[pick.reason].flag, NO_UPSTREAM[pick.reason].number);
  }

  close(mode: "flush" | "no_flush" | "abort", detail: string): void {
    if (this.#detail === "") this.#detail = detail;
    if (this.#pump !== undefined) {
      this.#pump.close(mode);
      return;
    }
    this.#stopAttempt();
    if (mode === "abort") this.#downstream.reset();
    else this.#downstream.close();
  }

  #connect(host: Upstream): void {
    const { clock, timers, sockets, observer } = this.#options;
    this.#host = host;
    observer.onConnecting(host);
    const dial = host.dial();
    const upstream = sockets.dial(dial, host.bufferLimitBytes);
    const sinceMs = clock.monotonicMs();
    const attempt = new ConnectAttempt({
      socket: upstream,
      readyEvent: dial.kind === "socket" ? dial.readyEvent : "connect",
      connectTimeoutMs: host.connectTimeoutMs,
      timers,
      onOutcome: (outcome) => {
        this.#cancelAttempt = undefined;
        if (outcome.kind === "failed") return this.#onConnectFail(host, outcome);
        observer.onConnected(host, clock.monotonicMs() - sinceMs);
        return this.#startPump(upstream);
      },
    });
    this.#cancelAttempt = () => attempt.cancel();
  }

  #startPump(upstream: PumpSocket): void {
    this.#transportReason = "";
    this.#pump = new Pump({
      downstream: this.#downstream,
      upstream,
      onActivity: () => this.#idle.touch(),
      onClosed: () => this.#end(),
    });
    this.#pump.start(this.#options.firstBytes);
  }

  #onConnectFail(host: Upstream, outcome: Extract<ConnectOutcome, { kind: "failed" }>): void {
    this.#transportReason = outcome.transportReason;
    this.#options.observer.onConnectFail(host, outcome.reason);
    this.#flags |= flagBit("UpstreamConnectionFailure");
    if (this.#attempts >= this.#options.maxConnectAttempts) {
      this.#giveUp("UpstreamRetryLimitExceeded", CONNECT_FAILED);
    } else if (this.#options.backoff === undefined) {
      this.attempt();
    } else {
      this.#cancelAttempt = this.#options.timers.after(this.#nextBackoffMs(this.#options.backoff.maxMs), 0, () => {
        this.#cancelAttempt = undefined;
        this.attempt();
      });
    }
  }

  /** Uniform below an interval that doubles up to the maximum (Envoy `JitteredExponentialBackOffStrategy`). */
  #nextBackoffMs(maxMs: number): number {
    const interval = Math.min(this.#backoffMs, maxMs);
    this.#backoffMs = interval * 2;
    return interval === 0 ? 0 : this.#options.random.uint32() % interval;
  }

  #giveUp(flag: ResponseFlag, reasonNumber: number): void {
    this.#flags |= flagBit(flag);
    this.close("no_flush", `${INITIALIZATION_FAILURE}:${reasonNumber}`);
  }

  #onIdle(): void {
    this.close("no_flush", "tcp_session_idle_timeout");
  }

  #onDuration(): void {
    this.#flags |= flagBit("DurationTimeout");
    this.close("no_flush", "max_connection_duration_reached");
  }

  #stopAttempt(): void {
    this.#cancelAttempt?.();
    this.#cancelAttempt = undefined;
  }

  // Until the pump takes over, the session owns downstream, which is not read: the only event there is its close.
  onBytes(): void {}
  onWritable(): void {}
  onEnd(): void {}
  onClosed(): void {
    this.#stopAttempt();
    this.#end();
  }

  #end(): void {
    this.#idle.stop();
    this.#cancelDuration?.();
    this.#options.observer.onEnd(this.#summarize());
  }

  #summarize(): TcpSessionSummary<Upstream> {
    const pump = this.#pump;
    const wasReset = pump?.upstreamCloseType === "RemoteReset";
    return {
      bytesRx: pump?.downstreamBytes ?? 0,
      bytesTx: pump?.upstreamBytes ?? 0,
      durationMs: this.#options.clock.monotonicMs() - this.#startedMs,
      responseFlags: this.#flags | (wasReset ? flagBit("UpstreamRemoteReset") : 0),
      detail: this.#detail,
      transportReason: this.#transportReason,
      upstream: this.#host,
      connectAttempts: this.#attempts,
      closedBy: pump?.endedBy ?? (this.#detail === "" ? "downstream" : "local"),
      downstreamCloseType: pump?.downstreamCloseType ?? "Normal",
      upstreamCloseType: pump?.upstreamCloseType ?? "Normal",
      downstreamPauses: pump?.downstreamPauses ?? 0,
      upstreamPauses: pump?.upstreamPauses ?? 0,
    };
  }
}
