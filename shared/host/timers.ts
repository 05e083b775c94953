/** Stops what a call started. Calling it again, or after the fact, does nothing. */
export type Cancel = () => void;

/** One-shot timers. Delays above 2^31-1 ms are clamped to it, since platforms fire such timers at once. */
export interface Timers {
  /**
   * Calls `fire` once, not before `delayMs` and, load permitting, not later than `delayMs + slackMs`. A generous slack lets a
   * host put the timer on a coarse wheel.
   */
  after(delayMs: number, slackMs: number, fire: () => void): Cancel;
}
