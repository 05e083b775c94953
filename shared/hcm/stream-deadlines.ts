import type { Clock } from "../host/clock.ts";
import type { Cancel, Timers } from "../host/timers.ts";
import type { StreamTimeouts } from "./stream-timeouts.ts";

/** A timer may be late by this part of its delay, and by no more than a quarter of a second: it then costs next to nothing. */
const SLACK_PART = 1 / 16;
const MAX_SLACK_MS = 250;

/** Which limit of a stream was passed. */
export type Expiry = "idle" | "request" | "duration";

export interface DeadlineOwner {
  readonly clock: Clock;
  readonly timers: Timers;
  /** Called once at most; nothing is watched any more. */
  onExpiry(expiry: Expiry): void;
}

/**
 * The time limits of one stream on one timer. Activity only notes the time: when the timer fires and the stream was not idle
 * after all, it is armed again for what is left.
 */
export class StreamDeadlines {
  readonly #owner: DeadlineOwner;
  readonly #startMs: number;
  readonly #requestMs: number;
  #idleMs: number;
  /** `undefined` is no limit; 0 is one that has passed already. */
  #maxDurationMs: number | undefined;
  #lastActivityMs: number;
  #requestReceived = false;
  /** Bytes move where nobody here sees them. */
  #unseen = false;
  #armedForMs = Number.POSITIVE_INFINITY;
  #cancel: Cancel | undefined;
  #state: "new" | "watching" | "over" = "new";

  constructor(timeouts: StreamTimeouts, startMs: number, owner: DeadlineOwner) {
    this.#owner = owner;
    this.#startMs = startMs;
    this.#lastActivityMs = startMs;
    this.#requestMs = timeouts.requestMs;
    this.#idleMs = timeouts.idleMs;
    this.#maxDurationMs = timeouts.maxDurationMs === 0 ? undefined : timeouts.maxDurationMs;
  }

  get requestReceived(): boolean {
    return this.#requestReceived;
  }

  /** Begins to watch. A stream that is over before it comes to this never arms a timer. */
  watch(): void {
    if (this.#state !== "new") return;
    this.#state = "watching";
    this.#arm();
  }

  onActivity(): void {
    this.#lastActivityMs = this.#owner.clock.monotonicMs();
  }

  onRequestReceived(): void {
    this.#requestReceived = true;
  }

  /** Until {@link resumeIdle}, silence says nothing. */
  suspendIdle(): void {
    this.#unseen = true;
  }

  resumeIdle(): void {
    this.onActivity();
    if (!this.#unseen) return;
    this.#unseen = false;
    this.#arm();
  }

  /** Takes the limit of a route; 0 is none. */
  limitIdle(idleMs: number): void {
    this.#idleMs = idleMs;
    this.#arm();
  }

  /** Takes the limit of a route, counted from the beginning of the stream; `undefined` is none. */
  limitDuration(maxDurationMs: number | undefined): void {
    this.#maxDurationMs = maxDurationMs;
    this.#arm();
  }

  close(): void {
    this.#state = "over";
    this.#cancel?.();
    this.#cancel = undefined;
  }

  /** A timer that is early does no harm, so only a deadline that came nearer arms it anew. */
  #arm(): void {
    if (this.#state !== "watching") return;
    const dueMs = Math.min(this.#idleDueMs, this.#requestDueMs, this.#durationDueMs);
    if (dueMs >= this.#armedForMs) return;
    this.#cancel?.();
    this.#armedForMs = dueMs;
    const delayMs = Math.max(0, dueMs - this.#owner.clock.monotonicMs());
    const slackMs = Math.min(MAX_SLACK_MS, delayMs * SLACK_PART);
    this.#cancel = this.#owner.timers.after(delayMs, slackMs, () => this.#onTimer());
  }

  #onTimer(): void {
    this.#armedForMs = Number.POSITIVE_INFINITY;
    this.#cancel = undefined;
    if (this.#state !== "watching") return;
    const expiry = this.#expired();
    if (expiry === undefined) return this.#arm();
    this.#state = "over";
    this.#owner.onExpiry(expiry);
  }

  #expired(): Expiry | undefined {
    const nowMs = this.#owner.clock.monotonicMs();
    if (this.#durationDueMs <= nowMs) return "duration";
    if (this.#requestDueMs <= nowMs) return "request";
    return this.#idleDueMs <= nowMs ? "idle" : undefined;
  }

  get #idleDueMs(): number {
    return this.#idleMs === 0 || this.#unseen ? Number.POSITIVE_INFINITY : this.#lastActivityMs + this.#idleMs;
  }

  get #requestDueMs(): number {
    return this.#requestMs === 0 || this.#requestReceived ? Number.POSITIVE_INFINITY : this.#startMs + this.#requestMs;
  }

  get #durationDueMs(): number {
    return this.#maxDurationMs === undefined ? Number.POSITIVE_INFINITY : this.#startMs + this.#maxDurationMs;
  }
}
