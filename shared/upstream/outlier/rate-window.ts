/** What a host achieved in one interval. */
export interface HostRate {
  /** In percent. */
  readonly successRate: number;
  readonly requests: number;
}

/** Counts the requests of an interval, and remembers the one before. Source: Envoy `SuccessRateAccumulator`. */
export class RateWindow {
  /** In percent, for whoever asks how the host does; −1 if the last interval had too few requests. */
  shownRate = -1;
  #requests = 0;
  #successes = 0;
  #last: HostRate | undefined;

  count(isSuccess: boolean): void {
    this.#requests += 1;
    if (isSuccess) this.#successes += 1;
  }

  /** An interval is over; the next begins. */
  turn(): void {
    const [requests, successes] = [this.#requests, this.#successes];
    this.#last = requests === 0 ? undefined : { requests, successRate: (successes * 100) / requests };
    this.#requests = 0;
    this.#successes = 0;
    this.shownRate = -1;
  }

  /** The interval that is over; `undefined` if nobody asked the host anything. */
  get last(): HostRate | undefined {
    return this.#last;
  }

  /** Whether there is nothing that a turn would bring out. */
  get isEmpty(): boolean {
    return this.#requests === 0;
  }
}
