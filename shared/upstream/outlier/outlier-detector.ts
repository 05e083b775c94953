import type { Clock } from "../../host/clock.ts";
import type { RandomSource } from "../../host/random-source.ts";
import type { ClusterHost } from "../cluster-host.ts";
import type { AbsenceLimits } from "./absence.ts";
import type { OutlierEvent } from "./outlier-event.ts";
import type { ConsecutiveType, EjectionType, OutlierSettings, RateSettings } from "./outlier-settings.ts";
import type { OutlierStats } from "./outlier-stats.ts";
import {
  type OutlierThresholds,
  type SuccessRateThreshold,
  successRateThreshold,
  UNKNOWN_THRESHOLD,
} from "./success-rate-threshold.ts";
import { type Origin, WatchedHost, type WatchedHostOwner } from "./watched-host.ts";

export interface OutlierDetectorOptions {
  readonly settings: OutlierSettings;
  readonly clock: Clock;
  readonly random: RandomSource;
  readonly stats: OutlierStats;
  /** Balancing sees another health of some hosts than before. */
  readonly onHealthChange: () => void;
  /** Called for every ejection, enforced or not, and every return. */
  readonly onEvent?: ((event: OutlierEvent) => void) | undefined;
}

/** A host with what it achieved in the last interval. */
interface RatedHost {
  readonly watched: WatchedHost;
  readonly successRate: number;
  readonly requests: number;
}

/**
 * Finds the hosts of a cluster that do worse than others, and takes them out of balancing for a while. It has no timer: whoever
 * owns it calls {@link advance}, at each pick or whenever it likes, and what would have happened at each interval's end happens
 * then. Source: Envoy `DetectorImpl`.
 */
export class OutlierDetector implements WatchedHostOwner {
  readonly #options: OutlierDetectorOptions;
  readonly #limits: AbsenceLimits;
  #watched: ReadonlyMap<ClusterHost, WatchedHost> = new Map();
  #thresholds: OutlierThresholds = UNKNOWN_THRESHOLDS;
  #ejected = 0;
  #changed = false;
  /** Unknown before the first call: at the edge time stands still until the first request. */
  #nextSweepMs: number | undefined;

  constructor(options: OutlierDetectorOptions) {
    const { baseEjectionTimeMs: baseMs, maxEjectionTimeMs: maxMs } = options.settings;
    this.#options = options;
    this.#limits = { baseMs, maxMs };
  }

  /** The average of all hosts and what is too far below it, from the last interval. */
  thresholds(origin: Origin): SuccessRateThreshold {
    return this.#thresholds[origin];
  }

  /** The members are these from now on. A host that stays keeps what is known of it; one that goes makes room for an ejection. */
  setHosts(hosts: readonly ClusterHost[]): void {
    const before = this.#watched;
    this.#watched = new Map(hosts.map((host) => [host, before.get(host) ?? this.#watch(host)]));
    for (const host of before.keys()) if (!this.#watched.has(host) && isEjected(host)) this.#countEjected(-1);
  }

  /** Does what is due. Costs a comparison as long as nothing is. */
  advance(): void {
    const { clock, settings } = this.#options;
    const nowMs = clock.monotonicMs();
    this.#nextSweepMs ??= nowMs + settings.intervalMs;
    if (nowMs < this.#nextSweepMs) return;
    let dueMs = this.#nextSweepMs;
    for (; dueMs <= nowMs && !this.#isQuiet(); dueMs += settings.intervalMs) this.#sweep(dueMs);
    const skipped = Math.max(0, Math.floor((nowMs - dueMs) / settings.intervalMs) + 1);
    this.#nextSweepMs = dueMs + skipped * settings.intervalMs;
    this.#tellChange();
  }

  /** An active health check found a host healthy. */
  onHealthCheckSuccess(host: ClusterHost): void {
    const watched = this.#watched.get(host);
    if (watched === undefined || !this.#options.settings.unejectsOnHealthCheck || !isEjected(host)) return;
    this.#uneject(watched, this.#options.clock.monotonicMs());
    this.#tellChange();
  }

  onConsecutive(watched: WatchedHost, type: ConsecutiveType): void {
    if (this.#watched.get(watched.host) !== watched || isEjected(watched.host)) return;
    this.#found(watched, type, this.#options.clock.monotonicMs());
    if (type === "CONSECUTIVE_5XX") this.#options.stats.deprecatedConsecutive5xx.inc();
    watched.restart(type);
    this.#tellChange();
  }

  onDegraded({ host, degradation }: WatchedHost): void {
    if (host.has("degraded_outlier_detection")) return;
    const { clock, stats } = this.#options;
    stats.degraded.inc();
    degradation.begin(clock.monotonicMs(), this.#drawJitterMs(), this.#limits);
    this.#setFlag(host, "degraded_outlier_detection", true);
    this.#tellChange();
  }

  #watch(host: ClusterHost): WatchedHost {
    const watched = new WatchedHost(host, this.#options.settings, this);
    host.watchWith(watched);
    return watched;
  }

  /** Whether the ends of intervals have nothing to do until the next request. */
  #isQuiet(): boolean {
    for (const { host, rates, ejection, degradation } of this.#watched.values()) {
      const isAtRest = ejection.isForgiven && degradation.isForgiven && rates.external.isEmpty && rates.local.isEmpty;
      const isShown = rates.external.last !== undefined || rates.local.last !== undefined;
      if (!isAtRest || isShown || isEjected(host)) return false;
    }
    return true;
  }

  #sweep(nowMs: number): void {
    for (const watched of this.#watched.values()) {
      this.#checkReturn(watched, nowMs);
      watched.rates.external.turn();
      watched.rates.local.turn();
    }
    this.#thresholds = { external: this.#judgeRates("external", nowMs), local: this.#judgeRates("local", nowMs) };
    const { intervalMs } = this.#options.settings;
    for (const { host, ejection, degradation } of this.#watched.values()) {
      if (!isEjected(host)) ejection.forgive(nowMs, intervalMs);
      if (!host.has("degraded_outlier_detection")) degradation.forgive(nowMs, intervalMs);
    }
  }

  #checkReturn(watched: WatchedHost, nowMs: number): void {
    const { host, ejection, degradation } = watched;
    if (isEjected(host) && ejection.isOver(nowMs, this.#limits)) this.#uneject(watched, nowMs);
    if (!host.has("degraded_outlier_detection") || !degradation.isOver(nowMs, this.#limits)) return;
    degradation.end(nowMs);
    this.#setFlag(host, "degraded_outlier_detection", false);
  }

  #judgeRates(origin: Origin, nowMs: number): SuccessRateThreshold {
    const { successRate, failurePercentage } = this.#options.settings;
    if (this.#watched.size < Math.min(successRate.minimumHosts, failurePercentage.minimumHosts)) {
      return UNKNOWN_THRESHOLD;
    }
    const rated = this.#ratedHosts(origin);
    const threshold = this.#judgeSuccessRates(enoughHosts(rated, successRate), origin, nowMs);
    this.#judgeFailures(enoughHosts(rated, failurePercentage), origin, nowMs);
    return threshold;
  }

  #ratedHosts(origin: Origin): readonly RatedHost[] {
    const { successRate, failurePercentage } = this.#options.settings;
    const shownFrom = Math.min(successRate.requestVolume, failurePercentage.requestVolume);
    return [...this.#watched.values()].flatMap((watched) => {
      const window = watched.rates[origin];
      if (window.last === undefined || isEjected(watched.host)) return [];
      if (window.last.requests >= shownFrom) window.shownRate = window.last.successRate;
      return [{ watched, ...window.last }];
    });
  }

  #judgeSuccessRates(hosts: readonly RatedHost[], origin: Origin, nowMs: number): SuccessRateThreshold {
    if (hosts.length === 0) return UNKNOWN_THRESHOLD;
    const { settings, stats } = this.#options;
    const rates = hosts.map(({ successRate }) => successRate);
    const threshold = successRateThreshold(rates, settings.successRate.stdevFactor);
    for (const { watched, successRate } of hosts) {
      if (successRate >= threshold.ejectionThreshold) continue;
      stats.deprecatedSuccessRate.inc();
      this.#found(watched, origin === "external" ? "SUCCESS_RATE" : "SUCCESS_RATE_LOCAL_ORIGIN", nowMs);
    }
    return threshold;
  }

  #judgeFailures(hosts: readonly RatedHost[], origin: Origin, nowMs: number): void {
    const { threshold } = this.#options.settings.failurePercentage;
    for (const { watched, successRate } of hosts) {
      if (100 - successRate < threshold || isEjected(watched.host)) continue;
      this.#found(watched, origin === "external" ? "FAILURE_PERCENTAGE" : "FAILURE_PERCENTAGE_LOCAL_ORIGIN", nowMs);
    }
  }

  /** Ejects a host that does badly, if so many may be, and if chance has it. */
  #found(watched: WatchedHost, type: EjectionType, nowMs: number): void {
    const { stats } = this.#options;
    stats.detected[type].inc();
    if (!this.#hasRoom()) return stats.overflow.inc();
    if (type === "CONSECUTIVE_5XX" || type === "SUCCESS_RATE") stats.total.inc();
    const enforced = this.#isEnforced(type);
    if (enforced) this.#eject(watched, type, nowMs);
    const { host, ejection } = watched;
    const secondsSinceLastAction = secondsBetween(ejection.endedMs, nowMs);
    this.#options.onEvent?.({
      action: "EJECT",
      type,
      enforced,
      host,
      ejections: ejection.count,
      secondsSinceLastAction,
    });
  }

  #hasRoom(): boolean {
    const { maxEjectionPercent, alwaysEjectOneHost } = this.#options.settings;
    if (alwaysEjectOneHost && this.#ejected === 0) return true;
    return (100 * (this.#ejected + 1)) / this.#watched.size <= Math.min(100, maxEjectionPercent);
  }

  #isEnforced(type: EjectionType): boolean {
    const percent = this.#options.settings.enforcing[type];
    return percent >= 100 || (percent > 0 && this.#options.random.uint32() % 100 < percent);
  }

  #eject({ host, ejection }: WatchedHost, type: EjectionType, nowMs: number): void {
    const { stats } = this.#options;
    stats.enforcedTotal.inc();
    stats.enforced[type].inc();
    ejection.begin(nowMs, this.#drawJitterMs(), this.#limits);
    this.#countEjected(1);
    this.#setFlag(host, "failed_outlier_check", true);
  }

  #uneject(watched: WatchedHost, nowMs: number): void {
    const { host, ejection } = watched;
    ejection.end(nowMs);
    this.#countEjected(-1);
    this.#setFlag(host, "failed_outlier_check", false);
    watched.restart("CONSECUTIVE_5XX");
    watched.restart("CONSECUTIVE_GATEWAY_FAILURE");
    watched.restart("CONSECUTIVE_LOCAL_ORIGIN_FAILURE");
    const secondsSinceLastAction = secondsBetween(ejection.beganMs, nowMs);
    this.#options.onEvent?.({ action: "UNEJECT", host, ejections: ejection.count, secondsSinceLastAction });
  }

  #drawJitterMs(): number {
    const { settings, random } = this.#options;
    return settings.maxEjectionTimeJitterMs === 0 ? 0 : random.uint32() % (settings.maxEjectionTimeJitterMs + 1);
  }

  #countEjected(more: number): void {
    this.#ejected += more;
    this.#options.stats.active.set(this.#ejected);
  }

  #setFlag(host: ClusterHost, flag: "failed_outlier_check" | "degraded_outlier_detection", isSet: boolean): void {
    if (host.setFlag(flag, isSet)) this.#changed = true;
  }

  #tellChange(): void {
    if (!this.#changed) return;
    this.#changed = false;
    this.#options.onHealthChange();
  }
}

const UNKNOWN_THRESHOLDS = { external: UNKNOWN_THRESHOLD, local: UNKNOWN_THRESHOLD } as const;

function isEjected(host: ClusterHost): boolean {
  return host.has("failed_outlier_check");
}

/** The hosts with enough requests, if they are enough hosts. */
function enoughHosts(hosts: readonly RatedHost[], { minimumHosts, requestVolume }: RateSettings): readonly RatedHost[] {
  const valid = hosts.filter(({ requests }) => requests >= requestVolume);
  return valid.length >= minimumHosts ? valid : [];
}

function secondsBetween(fromMs: number | undefined, nowMs: number): number | undefined {
  return fromMs === undefined ? undefined : Math.floor((nowMs - fromMs) / 1000);
}
