import type { UpstreamHost } from "../host/upstream-host.ts";
import type { PriorityLoads, RetryPriority } from "./retry-priority.ts";

/**
 * Sends retries to priorities that were not tried yet: after every `updateFrequency` attempts, those tried so far are left out,
 * until there is none left and all count again. Source: Envoy `PreviousPrioritiesRetryPriority`.
 */
export class PreviousPriorities implements RetryPriority {
  readonly #updateFrequency: number;
  #attempted: number[] = [];
  #excluded = new Set<number>();
  #adjusted: PriorityLoads | undefined;

  /** `updateFrequency` is 1 or more. */
  constructor(updateFrequency: number) {
    this.#updateFrequency = updateFrequency;
  }

  onHostAttempted({ priority }: UpstreamHost): void {
    this.#attempted.push(priority);
  }

  adjust(original: PriorityLoads, recompute: (excluded: ReadonlySet<number>) => PriorityLoads): PriorityLoads {
    if (this.#attempted.length < this.#updateFrequency) return original;
    if (this.#attempted.length % this.#updateFrequency === 0) this.#adjusted = this.#exclude(recompute);
    return this.#adjusted ?? original;
  }

  #exclude(recompute: (excluded: ReadonlySet<number>) => PriorityLoads): PriorityLoads | undefined {
    for (const priority of this.#attempted) this.#excluded.add(priority);
    const loads = recompute(this.#excluded);
    if (hasLoad(loads)) return loads;
    this.#excluded = new Set();
    this.#attempted = [];
    const all = recompute(this.#excluded);
    return hasLoad(all) ? all : undefined;
  }
}

function hasLoad({ healthy, degraded }: PriorityLoads): boolean {
  return [...healthy, ...degraded].some((load) => load > 0);
}
