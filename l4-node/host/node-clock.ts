import type { Clock } from "../../shared/host/clock.ts";

/** Process time. `performance.now()` counts from the thread's start and never goes back. */
export const nodeClock: Clock = {
  monotonicMs: () => performance.now(),
  wallMs: () => Date.now(),
};
