import type { Clock } from "../../shared/host/clock.ts";
import type { Cancel, Timers } from "../../shared/host/timers.ts";

/** Idle timeouts end what nobody uses; a second later does no harm and lets the timers be coarse. */
const IDLE_SLACK_MS = 1000;

export interface IdleWatchOptions {
  readonly clock: Clock;
  readonly timers: Timers;
  /** 0 never fires. */
  readonly idleTimeoutMs: number;
  readonly onIdle: () => void;
}

/**
 * Calls `onIdle` once when nothing was touched for the timeout. Touching is one reading of the clock: the timer that is armed stays as it
 * is, and looks when it fires how long it still has to wait.
 */
export class IdleWatch {
  readonly #options: IdleWatchOptions;
  #touchedMs: number;
  #cancel: Cancel | undefined;

  constructor(options: IdleWatchOptions) {
    this.#options = options;
    this.#touchedMs = options.clock.monotonicMs();
    if (options.idleTimeoutMs > 0) this.#arm(options.idleTimeoutMs);
  }

  touch(): void {
    this.#touchedMs = this.#options.clock.monotonicMs();
  }

  stop(): void {
    this.#cancel?.();
    this.#cancel = undefined;
  }

  #arm(delayMs: number): void {
    this.#cancel = this.#options.timers.after(delayMs, IDLE_SLACK_MS, () => this.#look());
  }

  #look(): void {
    const leftMs = this.#touchedMs + this.#options.idleTimeoutMs - this.#options.clock.monotonicMs();
    if (leftMs > 0) {
      this.#arm(leftMs);
      return;
    }
    this.#cancel = undefined;
    this.#options.onIdle();
  }
}
