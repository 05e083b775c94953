import type { Clock } from "../../host/clock.ts";
import type { UpstreamHost } from "../../host/upstream-host.ts";
import type { SlowStartSettings } from "../lb-settings.ts";

/**
 * Gives hosts that have just become of use less than their weight, growing to all of it over a window. A host begins when it is
 * first seen healthy, and again after failed health checks. Source: Envoy `EdfLoadBalancerBase::applySlowStartFactor`.
 */
export class SlowStart {
  readonly #settings: SlowStartSettings;
  readonly #clock: Clock;
  #startedAtMs = new Map<UpstreamHost, number>();
  #latestStartMs = -Infinity;

  constructor(settings: SlowStartSettings, clock: Clock) {
    this.#settings = settings;
    this.#clock = clock;
  }

  /** All hosts there are, again with every change of their health. */
  setHosts(hosts: readonly UpstreamHost[]): void {
    const nowMs = this.#clock.monotonicMs();
    const before = this.#startedAtMs;
    this.#startedAtMs = new Map();
    for (const host of hosts) {
      const startedAtMs = before.get(host) ?? (host.health === "healthy" ? nowMs : undefined);
      if (startedAtMs === undefined || host.healthFlags.includes("failed_active_hc")) continue;
      this.#startedAtMs.set(host, startedAtMs);
      this.#latestStartMs = Math.max(this.#latestStartMs, startedAtMs);
    }
  }

  /** Whether any host may have less than its weight now. */
  isActive(): boolean {
    return this.#clock.monotonicMs() - this.#latestStartMs <= this.#settings.windowMs;
  }

  /** The share of its weight that a host has now, above 0 and at most 1. */
  shareOf(host: UpstreamHost): number {
    const startedAtMs = this.#startedAtMs.get(host);
    if (startedAtMs === undefined || host.health !== "healthy") return 1;
    const elapsedMs = this.#clock.monotonicMs() - startedAtMs;
    const { windowMs, aggression, minWeightShare } = this.#settings;
    if (elapsedMs >= windowMs) return 1;
    const share = (Math.max(1, elapsedMs) / windowMs) ** (1 / aggression);
    return Math.max(minWeightShare, share);
  }
}
