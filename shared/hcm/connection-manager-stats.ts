import type { Clock } from "../host/clock.ts";
import type { LocalReply } from "../http/local-reply.ts";
import { DETAILS } from "../http/response-code-details.ts";
import type { Protocol, StreamInfo } from "../http/stream-info.ts";
import type { Counter, Gauge, Histogram, StatsScope } from "../stats/stats-scope.ts";
import type { TraceReason } from "./request-id.ts";
import type { Expiry } from "./stream-deadlines.ts";

/** How a stream came to its end. */
export type StreamEnding = "complete" | "reset by client" | "reset by us";

/** The statistics of one connection manager that are kept: `http.<stat_prefix>.`, names as in Envoy. */
export class ConnectionManagerStats {
  readonly #total: Counter;
  readonly #completed: Counter;
  readonly #active: Gauge;
  readonly #rxReset: Counter;
  readonly #time: Histogram;
  readonly #classes: readonly Counter[];
  readonly #expiries: Readonly<Record<Expiry, Counter>>;
  readonly #traced: Readonly<Record<TraceReason, Counter>>;
  readonly #byProtocol: Readonly<Record<Protocol, Counter>>;
  readonly #refusals: ReadonlyMap<string, Counter>;
  readonly #redirectedWithNormalizedPath: Counter;
  readonly #upgrades: Counter;
  readonly #activeUpgrades: Gauge;
  readonly #txReset: Counter;
  readonly #earlyResponse: Counter;
  readonly #droppedHeaders: Counter;

  /** `codec` is where Envoy's HTTP/1 codec counts: the root's `http1.`. */
  constructor(scope: StatsScope, codec: StatsScope) {
    this.#total = scope.counter("downstream_rq_total");
    this.#completed = scope.counter("downstream_rq_completed");
    this.#active = scope.gauge("downstream_rq_active");
    this.#rxReset = scope.counter("downstream_rq_rx_reset");
    this.#time = scope.histogram("downstream_rq_time", "ms");
    this.#classes = [1, 2, 3, 4, 5].map((digit) => scope.counter(`downstream_rq_${digit}xx`));
    this.#expiries = {
      idle: scope.counter("downstream_rq_idle_timeout"),
      request: scope.counter("downstream_rq_timeout"),
      duration: scope.counter("downstream_rq_max_duration_reached"),
    };
    this.#traced = {
      none: scope.counter("tracing.not_traceable"),
      sampled: scope.counter("tracing.random_sampling"),
      service_forced: scope.counter("tracing.service_forced"),
      client_forced: scope.counter("tracing.client_enabled"),
    };
    const http1 = scope.counter("downstream_rq_http1_total");
    const http2 = scope.counter("downstream_rq_http2_total");
    const http3 = scope.counter("downstream_rq_http3_total");
    this.#byProtocol = { "HTTP/1.0": http1, "HTTP/1.1": http1, "HTTP/2": http2, "HTTP/3": http3 };
    const tooLarge = scope.counter("downstream_rq_too_large");
    this.#refusals = new Map([
      [DETAILS.headersTooLarge, tooLarge],
      [DETAILS.tooManyHeaders, tooLarge],
      [DETAILS.absolutePath, scope.counter("downstream_rq_non_relative_path")],
      [DETAILS.pathNormalizationFailed, scope.counter("downstream_rq_failed_path_normalization")],
      [DETAILS.upgradeFailed, scope.counter("downstream_rq_ws_on_non_ws_route")],
      [DETAILS.ipDetectionFailed, scope.counter("downstream_rq_rejected_via_ip_detection")],
      [DETAILS.underscoreInHeader, codec.counter("requests_rejected_with_underscores_in_headers")],
    ]);
    this.#redirectedWithNormalizedPath = scope.counter("downstream_rq_redirected_with_normalized_path");
    this.#upgrades = scope.counter("downstream_cx_upgrades_total");
    this.#activeUpgrades = scope.gauge("downstream_cx_upgrades_active");
    this.#txReset = scope.counter("downstream_rq_tx_reset");
    this.#earlyResponse = scope.counter("downstream_rq_response_before_rq_complete");
    this.#droppedHeaders = codec.counter("dropped_headers_with_underscores");
  }

  onStart(protocol: Protocol): void {
    this.#total.inc();
    this.#byProtocol[protocol].inc();
    this.#active.inc();
  }

  /** The request was answered before it came to the filters. */
  onRefusal({ status, details }: LocalReply): void {
    if (status === 307) this.#redirectedWithNormalizedPath.inc();
    else this.#refusals.get(details)?.inc();
  }

  onDroppedHeaders(count: number): void {
    this.#droppedHeaders.add(count);
  }

  onUpgrade(): void {
    this.#upgrades.inc();
    this.#activeUpgrades.inc();
  }

  onUpgradeEnd(): void {
    this.#activeUpgrades.dec();
  }

  /** The answer was out before the request was in. */
  onEarlyResponse(): void {
    this.#earlyResponse.inc();
  }

  onTracing(reason: TraceReason): void {
    this.#traced[reason].inc();
  }

  onExpiry(expiry: Expiry): void {
    this.#expiries[expiry].inc();
  }

  /** Once per stream. A stream without an answer counts as reset, not as completed; health checks are not counted by code. */
  onEnd(info: StreamInfo, ending: StreamEnding, clock: Clock): void {
    this.#active.dec();
    if (ending === "reset by client") this.#rxReset.inc();
    else if (ending === "reset by us") this.#txReset.inc();
    const code = info.responseCode;
    if (code === undefined || info.isHealthCheck) return;
    this.#completed.inc();
    this.#classes[Math.floor(code / 100) - 1]?.inc();
    this.#time.record(clock.monotonicMs() - info.startMonotonicMs);
  }
}
