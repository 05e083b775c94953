import type { Cancel, Timers } from "../host/timers.ts";

/** What becomes of calls that do not go well. */
export interface StreamTimersOwner {
  /** A timer was asked for after the stream was over. */
  onLateCallback(): void;
  onFailure(error: unknown): void;
}

/** Timers that end with the stream, and whose callbacks can fail only the stream. */
export class StreamTimers implements Timers {
  readonly #timers: Timers;
  readonly #owner: StreamTimersOwner;
  readonly #armed = new Set<Cancel>();
  #closed = false;

  constructor(timers: Timers, owner: StreamTimersOwner) {
    this.#timers = timers;
    this.#owner = owner;
  }

  after(delayMs: number, slackMs: number, fire: () => void): Cancel {
    if (this.#closed) {
      this.#owner.onLateCallback();
      return () => undefined;
    }
    const cancelTimer = this.#timers.after(delayMs, slackMs, () => {
      this.#armed.delete(cancel);
      this.#fire(fire);
    });
    const cancel = (): void => {
      this.#armed.delete(cancel);
      cancelTimer();
    };
    this.#armed.add(cancel);
    return cancel;
  }

  /** Cancels what is armed; nothing can be armed any more. */
  close(): void {
    this.#closed = true;
    for (const cancel of this.#armed) cancel();
  }

  #fire(fire: () => void): void {
    if (this.#closed) return;
    try {
      fire();
    } catch (error) {
      this.#owner.onFailure(error);
    }
  }
}
