import type { Clock } from "../../shared/host/clock.ts";
import type { LogSink, LogSinks, LogTarget } from "../../shared/host/log-sink.ts";
import type { LogFields, Logger, LogLevel } from "../../shared/host/logger.ts";
import type { RandomSource } from "../../shared/host/random-source.ts";
import type { Cancel, Timers } from "../../shared/host/timers.ts";

interface ScheduledTimer {
  readonly atMs: number;
  readonly order: number;
  readonly fire: () => void;
}

/** Time that moves only when a test says so. Monotonic time starts at 0, wall time where the test wants. */
export class FakeClock implements Clock {
  readonly #startWallMs: number;
  #nowMs = 0;

  constructor(startWallMs = Date.UTC(2026, 0, 1)) {
    this.#startWallMs = startWallMs;
  }

  monotonicMs(): number {
    return this.#nowMs;
  }

  wallMs(): number {
    return this.#startWallMs + this.#nowMs;
  }

  /** Moves time without firing anything; tests with timers use {@link FakeTimers.advance}. */
  moveTo(monotonicMs: number): void {
    this.#nowMs = Math.max(this.#nowMs, monotonicMs);
  }
}

/** Timers on a {@link FakeClock}. They fire in order of time, and of arming where times are equal, with the clock on their time. */
export class FakeTimers implements Timers {
  readonly clock: FakeClock;
  readonly #scheduled = new Set<ScheduledTimer>();
  #armed = 0;

  constructor(clock: FakeClock = new FakeClock()) {
    this.clock = clock;
  }

  /** Timers that are armed now; 0 shows that nothing was forgotten. */
  get pending(): number {
    return this.#scheduled.size;
  }

  after(delayMs: number, _slackMs: number, fire: () => void): Cancel {
    const timer = { atMs: this.clock.monotonicMs() + Math.max(0, delayMs), order: this.#armed++, fire };
    this.#scheduled.add(timer);
    return () => this.#scheduled.delete(timer);
  }

  /** Moves the clock on and fires what falls due, also timers that were armed by others on the way. */
  advance(byMs: number): void {
    const untilMs = this.clock.monotonicMs() + byMs;
    for (let due = this.#next(untilMs); due !== undefined; due = this.#next(untilMs)) {
      this.#scheduled.delete(due);
      this.clock.moveTo(due.atMs);
      due.fire();
    }
    this.clock.moveTo(untilMs);
  }

  #next(untilMs: number): ScheduledTimer | undefined {
    let first: ScheduledTimer | undefined;
    for (const timer of this.#scheduled) {
      if (timer.atMs > untilMs) continue;
      if (first === undefined || isBefore(timer, first)) first = timer;
    }
    return first;
  }
}

function isBefore(a: ScheduledTimer, b: ScheduledTimer): boolean {
  return a.atMs < b.atMs || (a.atMs === b.atMs && a.order < b.order);
}

/** The same numbers for the same seed (mulberry32). Fixed numbers for one test: pass them, the seed takes over after the last. */
export class SeededRandom implements RandomSource {
  #state: number;
  readonly #fixed: number[];

  constructor(seed = 1, fixed: readonly number[] = []) {
    this.#state = seed;
    this.#fixed = [...fixed];
  }

  uint32(): number {
    const fixed = this.#fixed.shift();
    if (fixed !== undefined) return fixed;
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), this.#state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return (mixed ^ (mixed >>> 14)) >>> 0;
  }

  uuid(): string {
    const hex = [0, 0, 0, 0].map(() => this.uint32().toString(16).padStart(8, "0")).join("");
    const variant = ((Number.parseInt(hex.slice(16, 17), 16) & 0x3) | 0x8).toString(16);
    return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-${variant}${hex.slice(17, 20)}-${hex.slice(20)}`;
  }
}

export interface LoggedEvent {
  readonly level: Exclude<LogLevel, "off">;
  readonly event: string;
  readonly fields: LogFields;
}

/** Keeps what was logged. */
export class RecordingLogger implements Logger {
  readonly events: LoggedEvent[] = [];

  log(level: Exclude<LogLevel, "off">, event: string, fields: LogFields = {}): void {
    this.events.push({ level, event, fields });
  }
}

/** Keeps what was written to logs, by path or stream. */
export class RecordingLogs implements LogSinks {
  readonly lines = new Map<string, string[]>();

  open(target: LogTarget): LogSink {
    const name = target.kind === "file" ? target.path : target.stream;
    const lines = this.lines.get(name) ?? [];
    this.lines.set(name, lines);
    return { write: (line) => void lines.push(line) };
  }

  /** Takes out what was written so far. */
  take(name: string): string[] {
    return this.lines.get(name)?.splice(0) ?? [];
  }
}
