import type { Clock } from "../../shared/host/clock.ts";
import type { Cancel, Timers } from "../../shared/host/timers.ts";

/** How long no connection may be open before waiting on is pointless: load balancers have noticed by then. */
const QUIET_MS = 5000;
const LOOK_EVERY_MS = 250;

export interface DrainPeriod {
  readonly drainTimeMs: number;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly openConnections: () => number;
}

/** A drain that is under way. */
export interface Draining {
  /** Settles when the period is over. */
  readonly done: Promise<void>;
  /** Ends the period now. */
  cutShort(): void;
}

/**
 * The time between the signal to end and the closing of listeners, in which new connections are still taken: whoever sends them
 * has to find out first. Over after `drainTimeMs`, or sooner when no connection has been open for a while.
 */
export function startDrainPeriod({ drainTimeMs, clock, timers, openConnections }: DrainPeriod): Draining {
  const startMs = clock.monotonicMs();
  let lastBusyMs = startMs;
  let cancel: Cancel = () => {};
  let finish = (): void => {};
  const done = new Promise<void>((resolve) => {
    finish = resolve;
  });
  const cutShort = (): void => {
    cancel();
    finish();
  };
  const look = (): void => {
    const nowMs = clock.monotonicMs();
    if (openConnections() > 0) lastBusyMs = nowMs;
    const leftMs = Math.min(startMs + drainTimeMs, lastBusyMs + QUIET_MS) - nowMs;
    if (leftMs <= 0) cutShort();
    else cancel = timers.after(Math.min(leftMs, LOOK_EVERY_MS), 0, look);
  };
  look();
  return { done, cutShort };
}
