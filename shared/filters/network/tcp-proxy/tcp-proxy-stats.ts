import type { Counter, Gauge, StatsScope } from "../../../stats/stats-scope.ts";

/** The statistics of one tcp_proxy that are kept: `tcp.<stat_prefix>.`, names as in Envoy. The session's owner counts them. */
export class TcpProxyStats {
  readonly cxTotal: Counter;
  /** Connections for whose cluster there is no configuration. */
  readonly cxNoRoute: Counter;
  readonly cxRxBytesTotal: Counter;
  readonly cxTxBytesTotal: Counter;
  readonly flowControlPausedReadingTotal: Counter;
  readonly flowControlResumedReadingTotal: Counter;
  readonly idleTimeout: Counter;
  readonly maxDownstreamConnectionDuration: Counter;
  readonly upstreamFlushTotal: Counter;
  readonly upstreamFlushActive: Gauge;

  constructor(scope: StatsScope) {
    this.cxTotal = scope.counter("downstream_cx_total");
    this.cxNoRoute = scope.counter("downstream_cx_no_route");
    this.cxRxBytesTotal = scope.counter("downstream_cx_rx_bytes_total");
    this.cxTxBytesTotal = scope.counter("downstream_cx_tx_bytes_total");
    this.flowControlPausedReadingTotal = scope.counter("downstream_flow_control_paused_reading_total");
    this.flowControlResumedReadingTotal = scope.counter("downstream_flow_control_resumed_reading_total");
    this.idleTimeout = scope.counter("idle_timeout");
    this.maxDownstreamConnectionDuration = scope.counter("max_downstream_connection_duration");
    this.upstreamFlushTotal = scope.counter("upstream_flush_total");
    this.upstreamFlushActive = scope.gauge("upstream_flush_active");
  }
}
