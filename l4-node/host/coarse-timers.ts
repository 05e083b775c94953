import type { Clock } from "../../shared/host/clock.ts";
import type { Cancel, Timers } from "../../shared/host/timers.ts";

/** Slots times the tick is one turn of the wheel: a minute. Later timers stay in their slot for more turns. */
const SLOTS = 256;

export const COARSE_TICK_MS = 250;

interface ArmedTimer {
  readonly dueTick: number;
  readonly fire: () => void;
}

/**
 * A timer wheel for what need not be punctual (idle connections, by the thousand): arming and cancelling are one set operation each,
 * and one interval of {@link COARSE_TICK_MS} serves a whole thread. Timers fire up to two ticks late, so callers allow a slack
 * of at least that. The interval keeps the process alive only while something is armed, and goes away when nothing is.
 */
export class CoarseTimers implements Timers {
  readonly #clock: Clock;
  readonly #slots: Set<ArmedTimer>[] = Array.from({ length: SLOTS }, () => new Set<ArmedTimer>());
  #interval: NodeJS.Timeout | undefined;
  #doneTick = 0;
  #armed = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Timers that have neither fired nor been cancelled. */
  get armed(): number {
    return this.#armed;
  }

  after(delayMs: number, _slackMs: number, fire: () => void): Cancel {
    if (this.#armed === 0) this.#wake();
    this.#armed += 1;
    // A tick that is being worked off, or is already done, is not visited again for a turn.
    const tick = Math.ceil((this.#clock.monotonicMs() + Math.max(0, delayMs)) / COARSE_TICK_MS);
    const timer = { dueTick: Math.max(tick, this.#doneTick + 1), fire };
    const slot = this.#slotOf(timer.dueTick);
    slot.add(timer);
    return () => {
      if (slot.delete(timer)) this.#disarm();
    };
  }

  #slotOf(tick: number): Set<ArmedTimer> {
    return this.#slots[tick % SLOTS] ?? new Set();
  }

  #wake(): void {
    this.#doneTick = this.#currentTick();
    this.#interval ??= setInterval(() => this.#turn(), COARSE_TICK_MS);
    this.#interval.ref();
  }

  #disarm(): void {
    this.#armed -= 1;
    if (this.#armed === 0) this.#interval?.unref();
  }

  #turn(): void {
    if (this.#armed === 0) {
      clearInterval(this.#interval);
      this.#interval = undefined;
      return;
    }
    const now = this.#currentTick();
    // After a long stall one visit to every slot finds everything that is due.
    const first = Math.max(this.#doneTick + 1, now - SLOTS + 1);
    for (let tick = first; tick <= now; tick++) {
      this.#doneTick = tick;
      this.#fireDue(this.#slotOf(tick), now);
    }
  }

  #fireDue(slot: Set<ArmedTimer>, nowTick: number): void {
    for (const timer of slot) {
      if (timer.dueTick > nowTick || !slot.delete(timer)) continue;
      this.#disarm();
      timer.fire();
    }
  }

  #currentTick(): number {
    return Math.floor(this.#clock.monotonicMs() / COARSE_TICK_MS);
  }
}
