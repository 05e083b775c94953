/** How long a host is sent away for. Times in milliseconds. */
export interface AbsenceLimits {
  readonly baseMs: number;
  readonly maxMs: number;
}

/**
 * A host's absences of one kind: each is longer than the one before, by the base time, until the host has behaved for as many
 * intervals. Source: Envoy `DetectorImpl::ejectHost`, `checkHostForUneject`.
 */
export class Absence {
  /** How often it began. */
  count = 0;
  #factor = 0;
  #jitterMs = 0;
  #beganMs: number | undefined;
  #endedMs: number | undefined;

  get beganMs(): number | undefined {
    return this.#beganMs;
  }

  get endedMs(): number | undefined {
    return this.#endedMs;
  }

  /** Whether the next absence is as long as the first. */
  get isForgiven(): boolean {
    return this.#factor === 0;
  }

  begin(nowMs: number, jitterMs: number, { baseMs, maxMs }: AbsenceLimits): void {
    this.count += 1;
    this.#beganMs = nowMs;
    this.#jitterMs = jitterMs;
    if (this.#factor * baseMs < maxMs + baseMs) this.#factor += 1;
  }

  isOver(nowMs: number, { baseMs, maxMs }: AbsenceLimits): boolean {
    const lengthMs = Math.min(baseMs * this.#factor, maxMs) + this.#jitterMs;
    return this.#beganMs === undefined || nowMs - this.#beganMs >= lengthMs;
  }

  end(nowMs: number): void {
    this.#endedMs = nowMs;
  }

  /** The host was here when an interval ended. */
  forgive(nowMs: number, intervalMs: number): void {
    if (this.#endedMs === undefined || nowMs - this.#endedMs < intervalMs) return;
    if (this.#factor > 0) this.#factor -= 1;
  }
}
