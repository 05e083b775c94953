import type { Clock } from "../../shared/host/clock.ts";
import type { Cancel, Timers } from "../../shared/host/timers.ts";
import { MergedStats } from "../../shared/stats/merged-stats.ts";
import { localPages } from "../../shared/stats/slot-pages.ts";
import { StatsStore } from "../../shared/stats/stats-store.ts";
import { createServerStats, type ServerStats } from "./server-stats.ts";

/** Names the main thread among the writers of statistics. */
const MAIN_THREAD = "main";
/** The gauges that together count every open downstream connection once. */
const OPEN_CONNECTIONS = /^listener\.(?!.*\.worker_\d+\.).*\.downstream_cx_active$/;

export interface ProcessStatsOptions {
  readonly clock: Clock;
  readonly timers: Timers;
}

/** The statistics of the process: what the main thread counts itself, and the totals over all threads. */
export class ProcessStats {
  /** The main thread's own, to be written. */
  readonly store: StatsStore = new StatsStore({ pages: localPages });
  /** Worker threads are added to it; to be read through {@link current}. */
  readonly merged: MergedStats = new MergedStats();
  readonly counts: ServerStats;
  readonly #options: ProcessStatsOptions;
  readonly #startedMs: number;
  #cancelLatch: Cancel = () => {};

  constructor(options: ProcessStatsOptions) {
    this.#options = options;
    this.#startedMs = options.clock.monotonicMs();
    this.merged.addThread(MAIN_THREAD);
    this.counts = createServerStats(this.store);
  }

  get uptimeSeconds(): number {
    return Math.floor((this.#options.clock.monotonicMs() - this.#startedMs) / 1000);
  }

  /** All of them, up to date. */
  current(): MergedStats {
    this.counts.uptime.set(this.uptimeSeconds);
    this.counts.totalConnections.set(this.openConnections());
    this.merged.apply(MAIN_THREAD, this.store.takeEvents());
    return this.merged;
  }

  openConnections(): number {
    const active = this.merged.gauges().filter(({ name }) => OPEN_CONNECTIONS.test(name));
    return active.reduce((sum, { value }) => sum + value, 0);
  }

  /** From now on histograms show, beside all values, those of the last full interval. */
  latchEvery(intervalMs: number): void {
    this.#cancelLatch = this.#options.timers.after(intervalMs, 0, () => {
      this.merged.latchIntervals();
      this.latchEvery(intervalMs);
    });
  }

  stop(): void {
    this.#cancelLatch();
  }
}
