import type { Cancel, Timers } from "../../shared/host/timers.ts";

const MAX_DELAY_MS = 2 ** 31 - 1;

/** A timer that may be this late goes onto the wheel: arming and cancelling there costs no timer of its own. */
const COARSE_SLACK_MS = 1000;

/** Native timers for what must be punctual, `wheel` for the rest. */
export function createNodeTimers(wheel: Timers): Timers {
  return {
    after: (delayMs, slackMs, fire) => {
      return slackMs >= COARSE_SLACK_MS
        ? wheel.after(delayMs, slackMs, fire)
        : nativeTimers.after(delayMs, slackMs, fire);
    },
  };
}

/** One timer of the platform for each call. */
export const nativeTimers: Timers = {
  after: (delayMs, _slackMs, fire): Cancel => {
    const timer = setTimeout(fire, Math.min(Math.max(0, delayMs), MAX_DELAY_MS));
    return () => clearTimeout(timer);
  },
};
