import type { Clock } from "../../../host/clock.ts";
import type { Cancel, Timers } from "../../../host/timers.ts";

/** A timer may be late by this part of it, and by no more than a quarter of a second: it then costs next to nothing. */
const SLACK_PART = 1 / 16;
const MAX_SLACK_MS = 250;

/** How late a timer of the router may be. */
export function timerSlackMs(delayMs: number): number {
  return Math.min(MAX_SLACK_MS, delayMs * SLACK_PART);
}

/** Which limit of an attempt was passed. */
export type AttemptExpiry = "per try" | "per try idle";

export interface AttemptTimersOptions {
  /** In milliseconds; 0 is none. */
  readonly perTryMs: number;
  readonly perTryIdleMs: number;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly onExpiry: (expiry: AttemptExpiry) => void;
}

/** The time limits of one attempt. */
export class AttemptTimers {
  readonly #options: AttemptTimersOptions;
  #cancelPerTry: Cancel | undefined;
  #cancelIdle: Cancel | undefined;
  #lastActivityMs = 0;

  constructor(options: AttemptTimersOptions) {
    this.#options = options;
  }

  /** The request is out, or was already when the attempt began. */
  start(): void {
    const { perTryMs, perTryIdleMs } = this.#options;
    if (perTryMs > 0) this.#cancelPerTry = this.#after(perTryMs, "per try");
    if (perTryIdleMs > 0) this.#watch(perTryIdleMs);
  }

  /** The upstream sent something. */
  onActivity(): void {
    this.#lastActivityMs = this.#options.clock.monotonicMs();
  }

  /** The client has the beginning of the answer; only silence counts from now on. */
  onAnswered(): void {
    this.#cancelPerTry?.();
    this.#cancelPerTry = undefined;
  }

  stop(): void {
    this.onAnswered();
    this.#cancelIdle?.();
    this.#cancelIdle = undefined;
  }

  #watch(delayMs: number): void {
    const sinceMs = this.#options.clock.monotonicMs();
    const { timers, perTryIdleMs, onExpiry } = this.#options;
    this.#cancelIdle = timers.after(delayMs, timerSlackMs(delayMs), () => {
      const idleMs = this.#options.clock.monotonicMs() - Math.max(sinceMs, this.#lastActivityMs);
      if (idleMs < perTryIdleMs && this.#lastActivityMs > sinceMs) this.#watch(perTryIdleMs - idleMs);
      else onExpiry("per try idle");
    });
  }

  #after(delayMs: number, expiry: AttemptExpiry): Cancel {
    return this.#options.timers.after(delayMs, timerSlackMs(delayMs), () => this.#options.onExpiry(expiry));
  }
}
