import type { Clock } from "../host/clock.ts";
import type { StreamInfo } from "../http/stream-info.ts";
import type { Counter, Gauge, Histogram, StatsScope } from "../stats/stats-scope.ts";
import type { TraceReason } from "./request-id.ts";
import type { Expiry } from "./stream-deadlines.ts";

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
  readonly tooLarge: Counter;
  readonly nonRelativePath: Counter;
  readonly failedPathNormalization: Counter;
  readonly redirectedWithNormalizedPath: Counter;
  readonly wsOnNonWsRoute: Counter;

  constructor(scope: StatsScope) {
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
    this.tooLarge = scope.counter("downstream_rq_too_large");
    this.nonRelativePath = scope.counter("downstream_rq_non_relative_path");
    this.failedPathNormalization = scope.counter("downstream_rq_failed_path_normalization");
    this.redirectedWithNormalizedPath = scope.counter("downstream_rq_redirected_with_normalized_path");
    this.wsOnNonWsRoute = scope.counter("downstream_rq_ws_on_non_ws_route");
  }

  onStart(): void {
    this.#total.inc();
    this.#active.inc();
  }

  onTracing(reason: TraceReason): void {
    this.#traced[reason].inc();
  }

  onExpiry(expiry: Expiry): void {
    this.#expiries[expiry].inc();
  }

  /** Once per stream. A stream that was given up before its answer counts as reset, not as completed. */
  onEnd(info: StreamInfo, clock: Clock): void {
    this.#active.dec();
    const code = info.responseCode;
    if (code === undefined) {
      this.#rxReset.inc();
      return;
    }
    this.#completed.inc();
    this.#classes[Math.floor(code / 100) - 1]?.inc();
    this.#time.record(clock.monotonicMs() - info.startMonotonicMs);
  }
}
