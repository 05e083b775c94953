import type { RandomSource } from "../../host/random-source.ts";
import type { Cancel, Timers } from "../../host/timers.ts";
import type { HealthFlag } from "../../host/upstream-host.ts";
import type { ClusterHost } from "../cluster-host.ts";
import { checkIntervalMs, firstDelayMs, type HealthTransition } from "./check-interval.ts";
import type { HealthCheckEvent } from "./health-check-event.ts";
import type { HealthCheckSettings } from "./health-check-settings.ts";
import type { HealthCheckStats } from "./health-check-stats.ts";
import type { HealthProber, ProbeOutcome } from "./health-prober.ts";
import { type CheckFailure, type CheckFailureType, type CheckVerdict, judgeOutcome } from "./judge-outcome.ts";

/** What the checks of all hosts of a cluster share. */
export interface CheckContext {
  readonly settings: HealthCheckSettings;
  readonly prober: HealthProber;
  readonly timers: Timers;
  readonly random: RandomSource;
  readonly stats: HealthCheckStats;
  /** Whether the cluster was ever used. */
  readonly hasTraffic: () => boolean;
  /** After every check. `transition` says whether balancing has to look again. */
  readonly onChecked: (host: ClusterHost, succeeded: boolean, transition: HealthTransition) => void;
  readonly onEvent: (event: HealthCheckEvent) => void;
}

/** Nobody waits for a probe, but its time-out is a promise. */
const SLACK_MS = 10;

/**
 * Checks one host, again and again, and keeps its flags. The first result counts at once where it is good; after that a host
 * needs as many in a row as the thresholds say. Source: Envoy `ActiveHealthCheckSession`.
 */
export class CheckSession {
  readonly host: ClusterHost;
  readonly #context: CheckContext;
  #isFirst = true;
  #successes = 0;
  #failures = 0;
  #cancelTimer: Cancel | undefined;
  #cancelProbe: Cancel | undefined;
  #probes = 0;

  constructor(host: ClusterHost, context: CheckContext) {
    this.host = host;
    this.#context = context;
  }

  /** Called once. */
  start(): void {
    const { settings, random } = this.#context;
    const delayMs = firstDelayMs(settings.intervals, random);
    if (delayMs === 0) this.#probe();
    else this.#after(delayMs, () => this.#probe());
  }

  /** No timer is left, and an outcome that still comes is dropped. */
  stop(): void {
    this.#endProbe();
    this.#cancelTimer?.();
  }

  /** An answer to a request said that the host wants no more of them. */
  failPassively(): void {
    this.#setFlag("excluded_via_immediate_hc_fail", true);
    this.#onFailure({ ok: false, type: "PASSIVE", retriable: false, excludes: true });
  }

  #probe(): void {
    const { prober, settings, stats } = this.#context;
    const probe = (this.#probes += 1);
    stats.attempt.inc();
    this.#after(settings.timeoutMs, () => this.#onTimeout());
    const cancel = prober.probe(this.host, settings, (outcome) => {
      if (probe === this.#probes) this.#onOutcome(outcome);
    });
    if (probe === this.#probes) this.#cancelProbe = cancel;
  }

  #onOutcome(outcome: ProbeOutcome): void {
    const { settings, stats } = this.#context;
    this.#onVerdict(judgeOutcome(settings, outcome, () => stats.verifyCluster.inc()));
  }

  #onTimeout(): void {
    const cancel = this.#cancelProbe;
    this.#onVerdict({ ok: false, type: "NETWORK_TIMEOUT", retriable: false, excludes: false });
    cancel?.();
  }

  #onVerdict(verdict: CheckVerdict): void {
    this.#cancelProbe = undefined;
    this.#probes += 1;
    if (!verdict.ok && verdict.excludes) this.#setFlag("excluded_via_immediate_hc_fail", true);
    const transition = verdict.ok ? this.#onSuccess(verdict.degraded) : this.#onFailure(verdict);
    const { settings, random, hasTraffic } = this.#context;
    const next = { succeeded: verdict.ok, transition, hasTraffic: hasTraffic() };
    this.#after(checkIntervalMs(settings.intervals, next, random), () => this.#probe());
  }

  #onSuccess(degraded: boolean): HealthTransition {
    const { settings, stats, onChecked, onEvent } = this.#context;
    this.#failures = 0;
    let transition = this.host.has("failed_active_hc") ? this.#countSuccess() : "unchanged";
    if (transition !== "changed" && settings.alwaysLogSuccess) onEvent({ kind: "success", host: this.host });
    transition = this.#endPending(transition);
    if (this.#markDegraded(degraded) && transition === "unchanged") transition = "changed";
    stats.success.inc();
    this.#isFirst = false;
    onChecked(this.host, true, transition);
    return transition;
  }

  #countSuccess(): HealthTransition {
    const { settings, stats, onEvent } = this.#context;
    this.#successes += 1;
    if (!this.#isFirst && this.#successes !== settings.healthyThreshold) return "pending";
    for (const flag of ["active_hc_timeout", "excluded_via_immediate_hc_fail", "failed_active_hc"] as const) {
      this.#setFlag(flag, false);
    }
    stats.healthy.inc();
    onEvent({ kind: "add_healthy", host: this.host, firstCheck: this.#isFirst });
    return "changed";
  }

  #onFailure(failure: CheckFailure): HealthTransition {
    const { settings, stats, onChecked, onEvent } = this.#context;
    const { type } = failure;
    this.#successes = 0;
    const before = this.host.has("failed_active_hc") ? "unchanged" : this.#countFailure(failure);
    this.#setFlag("active_hc_timeout", type === "NETWORK_TIMEOUT" && this.host.has("failed_active_hc"));
    const transition = this.#endPending(before);
    if (this.#isFirst || settings.alwaysLogFailures) {
      onEvent({ kind: "failure", host: this.host, failure: type, firstCheck: this.#isFirst });
    }
    stats.failure.inc();
    if (isOfNetwork(type)) stats.networkFailure.inc();
    if (type === "PASSIVE") stats.passiveFailure.inc();
    this.#isFirst = false;
    onChecked(this.host, false, transition);
    return transition;
  }

  /** Only what may be chance has to happen several times. */
  #countFailure({ type, retriable }: CheckFailure): HealthTransition {
    const { settings, stats, onEvent } = this.#context;
    if (isOfNetwork(type) || retriable) {
      this.#failures += 1;
      if (this.#failures !== settings.unhealthyThreshold) return "pending";
    }
    this.#setFlag("failed_active_hc", true);
    stats.healthy.dec();
    onEvent({ kind: "eject_unhealthy", host: this.host, failure: type });
    return "changed";
  }

  /** After its first result a host counts, whatever that was. */
  #endPending(transition: HealthTransition): HealthTransition {
    if (!this.host.has("pending_active_hc")) return transition;
    this.#setFlag("pending_active_hc", false);
    return "changed";
  }

  /** Gives whether it is another thing than before. */
  #markDegraded(degraded: boolean): boolean {
    if (degraded === this.host.has("degraded_active_hc")) return false;
    const { stats, onEvent } = this.#context;
    this.#setFlag("degraded_active_hc", degraded);
    if (degraded) stats.degraded.inc();
    else stats.degraded.dec();
    onEvent({ kind: degraded ? "degraded" : "no_longer_degraded", host: this.host });
    return true;
  }

  #setFlag(flag: HealthFlag, isSet: boolean): void {
    this.host.setFlag(flag, isSet);
  }

  #after(delayMs: number, then: () => void): void {
    this.#cancelTimer?.();
    this.#cancelTimer = this.#context.timers.after(delayMs, SLACK_MS, then);
  }

  #endProbe(): void {
    this.#probes += 1;
    this.#cancelProbe?.();
    this.#cancelProbe = undefined;
  }
}

function isOfNetwork(type: CheckFailureType): boolean {
  return type === "NETWORK" || type === "NETWORK_TIMEOUT";
}
