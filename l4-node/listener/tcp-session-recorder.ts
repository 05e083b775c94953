import type { TcpProxyStats } from "../../shared/filters/network/tcp-proxy/tcp-proxy-stats.ts";
import type { Clock } from "../../shared/host/clock.ts";
import type { ResponseFlag } from "../../shared/http/response-flags.ts";
import { flagBit } from "../../shared/http/response-flags.ts";
import type { NodeFailure } from "../host/node-failure.ts";
import type { TcpSessionObserver, TcpSessionSummary } from "../tcp/tcp-session-observer.ts";
import type { ClusterUpstream } from "../upstream/cluster-upstream.ts";

/** Counts what happens in one TCP session: for the tcp_proxy, for the clusters it goes to and for their hosts. */
export class TcpSessionRecorder implements TcpSessionObserver<ClusterUpstream> {
  readonly #stats: TcpProxyStats;
  readonly #clock: Clock;
  readonly #onEnded: () => void;
  /** The connection that is being made or is in use. */
  #upstream: ClusterUpstream | undefined;
  #connectedMs: number | undefined;
  #countedRx = 0;
  #countedTx = 0;

  constructor(options: { readonly stats: TcpProxyStats; readonly clock: Clock; readonly onEnded: () => void }) {
    this.#stats = options.stats;
    this.#clock = options.clock;
    this.#onEnded = options.onEnded;
  }

  onConnecting(upstream: ClusterUpstream): void {
    const { cluster, host } = upstream;
    this.#upstream = upstream;
    cluster.stats.cxTotal.inc();
    cluster.stats.cxActive.inc();
    host.counters.cxTotal += 1;
    host.counters.cxActive += 1;
  }

  onConnectFail({ cluster, host }: ClusterUpstream, reason: NodeFailure): void {
    cluster.stats.cxConnectFail.inc();
    host.counters.cxConnectFail += 1;
    if (reason === "timeout") cluster.stats.cxConnectTimeout.inc();
    this.#dropUpstream();
  }

  /** As in Envoy, a TCP connection that is made counts as one request. */
  onConnected({ cluster, host }: ClusterUpstream, connectMs: number): void {
    this.#connectedMs = this.#clock.monotonicMs();
    cluster.stats.cxConnectMs.record(connectMs);
    cluster.stats.rqTotal.inc();
    cluster.stats.rqActive.inc();
    host.counters.rqTotal += 1;
    host.counters.rqActive += 1;
  }

  /** Adds what moved since the last call; a session may live for days, and its bytes are to be seen before it ends. */
  countBytes(bytesRx: number, bytesTx: number): void {
    const rx = bytesRx - this.#countedRx;
    const tx = bytesTx - this.#countedTx;
    this.#countedRx = bytesRx;
    this.#countedTx = bytesTx;
    this.#stats.cxRxBytesTotal.add(rx);
    this.#stats.cxTxBytesTotal.add(tx);
    // What comes from downstream goes to the upstream, which counts from its own side.
    this.#upstream?.cluster.stats.cxTxBytesTotal.add(rx);
    this.#upstream?.cluster.stats.cxRxBytesTotal.add(tx);
  }

  onEnd(summary: TcpSessionSummary<ClusterUpstream>): void {
    this.countBytes(summary.bytesRx, summary.bytesTx);
    this.#countEnd(summary);
    this.#countUpstreamEnd(summary);
    this.#dropUpstream();
    this.#onEnded();
  }

  #countEnd({ responseFlags, detail, downstreamPauses, upstream }: TcpSessionSummary<ClusterUpstream>): void {
    const has = (flag: ResponseFlag): boolean => (responseFlags & flagBit(flag)) !== 0;
    if (has("NoClusterFound")) this.#stats.cxNoRoute.inc();
    if (has("UpstreamRetryLimitExceeded")) upstream?.cluster.stats.cxConnectAttemptsExceeded.inc();
    if (has("DurationTimeout")) this.#stats.maxDownstreamConnectionDuration.inc();
    if (detail === IDLE_DETAIL) this.#stats.idleTimeout.inc();
    this.#stats.flowControlPausedReadingTotal.add(downstreamPauses);
    this.#stats.flowControlResumedReadingTotal.add(downstreamPauses);
  }

  #countUpstreamEnd({ closedBy }: TcpSessionSummary<ClusterUpstream>): void {
    if (this.#upstream === undefined || this.#connectedMs === undefined) return;
    const { stats } = this.#upstream.cluster;
    stats.cxLengthMs.record(this.#clock.monotonicMs() - this.#connectedMs);
    if (closedBy === "upstream") stats.cxDestroyRemote.inc();
    else stats.cxDestroyLocal.inc();
  }

  #dropUpstream(): void {
    if (this.#upstream === undefined) return;
    const { cluster, host } = this.#upstream;
    cluster.stats.cxActive.dec();
    cluster.stats.cxDestroy.inc();
    host.counters.cxActive -= 1;
    if (this.#connectedMs !== undefined) {
      cluster.stats.rqActive.dec();
      host.counters.rqActive -= 1;
    }
    this.#upstream = undefined;
  }
}

/** The detail that a session gives when it ends for want of traffic. */
const IDLE_DETAIL = "tcp_session_idle_timeout";
