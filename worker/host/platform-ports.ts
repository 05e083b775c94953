import type { Clock } from "../../shared/host/clock.ts";
import type { Logger } from "../../shared/host/logger.ts";
import type { RandomSource } from "../../shared/host/random-source.ts";
import type { Timers } from "../../shared/host/timers.ts";

/** The longest delay a platform timer takes without firing at once. */
const MAX_DELAY_MS = 2 ** 31 - 1;

/** Stands still between I/O on the platform, so that it measures waiting and never computing. */
export const platformClock: Clock = {
  monotonicMs: () => performance.now(),
  wallMs: () => Date.now(),
};

/** Timers live in the request that makes them; the slack is of no use here. */
export const platformTimers: Timers = {
  after(delayMs, _slackMs, fire) {
    const timer = setTimeout(fire, Math.min(delayMs, MAX_DELAY_MS));
    return () => clearTimeout(timer);
  },
};

const words = new Uint32Array(64);
let nextWord = words.length;

/** Drawn in batches: one call into the platform serves many requests. Never used at module scope, where it is refused. */
export const platformRandom: RandomSource = {
  uint32() {
    if (nextWord === words.length) {
      crypto.getRandomValues(words);
      nextWord = 0;
    }
    return words[nextWord++] ?? 0;
  },
  uuid: () => crypto.randomUUID(),
};

export const platformLogger: Logger = {
  log(level, event, fields) {
    const line = JSON.stringify({ level, event, ...fields });
    if (level === "error" || level === "critical") console.error(line);
    else console.log(line);
  },
};
