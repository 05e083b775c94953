import type { Clock } from "../host/clock.ts";
import type { Cancel, Timers } from "../host/timers.ts";

interface Alarm {
  readonly dueMs: number;
  readonly slackMs: number;
  readonly fire: () => void;
}

/** Clocks and timers of a platform may disagree by this much. */
const TOLERANCE_MS = 0.5;

/**
 * All timers of one stream on one of the host's, which are dear at the edge. What is cancelled leaves the host's timer running
 * for whatever is due later; {@link close} ends it.
 */
export class JointTimers implements Timers {
  readonly #timers: Timers;
  readonly #clock: Clock;
  readonly #alarms = new Set<Alarm>();
  #armedForMs = Number.POSITIVE_INFINITY;
  #cancelArmed: Cancel | undefined;
  #closed = false;

  constructor(timers: Timers, clock: Clock) {
    this.#timers = timers;
    this.#clock = clock;
  }

  after(delayMs: number, slackMs: number, fire: () => void): Cancel {
    const alarm = { dueMs: this.#clock.monotonicMs() + Math.max(0, delayMs), slackMs, fire };
    this.#alarms.add(alarm);
    this.#arm();
    return () => this.#alarms.delete(alarm);
  }

  /** Nothing fires any more. */
  close(): void {
    this.#closed = true;
    this.#alarms.clear();
    this.#cancelArmed?.();
  }

  #arm(): void {
    const next = this.#earliest();
    if (this.#closed || next === undefined || next.dueMs >= this.#armedForMs) return;
    this.#cancelArmed?.();
    this.#armedForMs = next.dueMs;
    const delayMs = Math.max(0, next.dueMs - this.#clock.monotonicMs());
    this.#cancelArmed = this.#timers.after(delayMs, next.slackMs, () => this.#onTimer());
  }

  #onTimer(): void {
    this.#armedForMs = Number.POSITIVE_INFINITY;
    this.#cancelArmed = undefined;
    const untilMs = this.#clock.monotonicMs() + TOLERANCE_MS;
    for (let next = this.#earliest(); next !== undefined && next.dueMs <= untilMs; next = this.#earliest()) {
      this.#alarms.delete(next);
      next.fire();
    }
    this.#arm();
  }

  /** Of those that are due at the same time, the one that was set first. */
  #earliest(): Alarm | undefined {
    let earliest: Alarm | undefined;
    for (const alarm of this.#alarms) if (earliest === undefined || alarm.dueMs < earliest.dueMs) earliest = alarm;
    return earliest;
  }
}
