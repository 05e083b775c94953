import type { Result } from "../base/result.ts";
import type { DnsAnswer, DnsResolver } from "../host/dns-resolver.ts";
import type { Logger } from "../host/logger.ts";
import type { RandomSource } from "../host/random-source.ts";
import type { Cancel, Timers } from "../host/timers.ts";
import type { Discovery, DnsSettings } from "./compiled-cluster.ts";
import type { DnsStats } from "./dns-stats.ts";

/** Nobody waits for a refresh, so it may share a wake-up with others. */
const SLACK_MS = 100;

export interface DnsPorts {
  readonly resolver: DnsResolver;
  readonly timers: Timers;
  readonly random: RandomSource;
  readonly logger: Logger;
}

export interface NameRefreshOptions {
  readonly name: string;
  readonly discovery: Discovery;
  readonly settings: DnsSettings;
  readonly ports: DnsPorts;
  readonly stats: DnsStats;
  /** The addresses are others than before. */
  readonly onAddresses: (addresses: readonly string[]) => void;
}

/**
 * Asks DNS for one name, again and again. A failure keeps what is known; so does an empty answer for a logical DNS cluster, while it
 * takes all hosts from a strict one. Source: Envoy `StrictDnsClusterImpl` and `LogicalDnsCluster`.
 */
export class NameRefresh {
  /** The first answer, good or bad. */
  readonly answered: Promise<void>;
  readonly #options: NameRefreshOptions;
  readonly #onAnswered: () => void;
  #addresses: readonly string[] | undefined;
  #backoffMs: number;
  #cancelNext: Cancel | undefined;
  #stopped = false;

  constructor(options: NameRefreshOptions) {
    this.#options = options;
    this.#backoffMs = options.settings.failureBackoff?.baseMs ?? 0;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.answered = promise;
    this.#onAnswered = resolve;
  }

  /** What the last useful answer said; `undefined` before there was one. */
  get addresses(): readonly string[] | undefined {
    return this.#addresses;
  }

  /** Asks now, and from then on when it is time. Called once. */
  start(): void {
    const { name, settings, ports, stats } = this.#options;
    stats.attempt.inc();
    ports.resolver.resolve(name, settings.family).then(
      (answer) => this.#onAnswer(answer),
      // A resolver that rejects breaks its contract; to the cluster it has failed.
      (error: unknown) => this.#onAnswer({ ok: false, error: String(error) }),
    );
  }

  /** Whoever waits for the first answer waits no more. */
  stop(): void {
    this.#stopped = true;
    this.#cancelNext?.();
    this.#onAnswered();
  }

  #onAnswer(answer: Result<DnsAnswer, string>): void {
    if (this.#stopped) return;
    if (answer.ok) this.#accept(answer.value);
    else this.#onFailure(answer.error);
    const delayMs = answer.ok ? this.#refreshDelayMs(answer.value) : this.#failureDelayMs();
    this.#cancelNext = this.#options.ports.timers.after(delayMs, SLACK_MS, () => this.start());
    this.#onAnswered();
  }

  #accept({ addresses }: DnsAnswer): void {
    const { settings, discovery, stats, onAddresses } = this.#options;
    stats.success.inc();
    this.#backoffMs = settings.failureBackoff?.baseMs ?? 0;
    const known = this.#addresses;
    const isKept = discovery === "LOGICAL_DNS" && addresses.length === 0;
    if (isKept || (known !== undefined && areSame(known, addresses, discovery))) {
      stats.noRebuild.inc();
      return;
    }
    this.#addresses = addresses;
    onAddresses(addresses);
  }

  #onFailure(reason: string): void {
    const { name, ports, stats } = this.#options;
    stats.failure.inc();
    ports.logger.log("debug", "dns_failure", { name, reason });
  }

  #refreshDelayMs({ addresses, ttlSeconds = 0 }: DnsAnswer): number {
    const { settings, ports } = this.#options;
    const usesTtl = settings.respectTtl && ttlSeconds > 0 && addresses.length > 0;
    const delayMs = usesTtl ? ttlSeconds * 1000 : settings.refreshMs;
    return settings.jitterMs === 0 ? delayMs : delayMs + (ports.random.uint32() % settings.jitterMs);
  }

  /** Uniform below an interval that doubles up to its maximum (Envoy `JitteredExponentialBackOffStrategy`). */
  #failureDelayMs(): number {
    const { settings, ports } = this.#options;
    if (settings.failureBackoff === undefined) return settings.refreshMs;
    const intervalMs = this.#backoffMs;
    this.#backoffMs = Math.min(intervalMs * 2, settings.failureBackoff.maxMs);
    return ports.random.uint32() % Math.max(1, intervalMs);
  }
}

/** A name server may give the same addresses in another order each time; only a logical DNS cluster cares which is the first. */
function areSame(before: readonly string[], after: readonly string[], discovery: Discovery): boolean {
  if (discovery === "LOGICAL_DNS") return before[0] === after[0];
  const known = new Set(before);
  return known.size === new Set(after).size && after.every((address) => known.has(address));
}
