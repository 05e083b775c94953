import type { Counter, Histogram, StatsScope } from "../stats/stats-scope.ts";

/**
 * Every answer that a client got for a request to one cluster, the proxy's own included: `upstream_rq_completed`,
 * `upstream_rq_<class>`, `upstream_rq_<code>` and `upstream_rq_time`. As in Envoy each exists from the first time it has something
 * to say.
 */
export class ResponseStats {
  readonly #scope: StatsScope;
  #completed: Counter | undefined;
  #time: Histogram | undefined;
  /** By first digit, and by code. */
  readonly #classes: (Counter | undefined)[] = [];
  readonly #codes: (Counter | undefined)[] = [];

  constructor(scope: StatsScope) {
    this.#scope = scope;
  }

  count(code: number): void {
    const digit = Math.floor(code / 100);
    this.#completed ??= this.#scope.counter("upstream_rq_completed");
    this.#completed.inc();
    (this.#classes[digit] ??= this.#scope.counter(`upstream_rq_${digit}xx`)).inc();
    (this.#codes[code] ??= this.#scope.counter(`upstream_rq_${code}`)).inc();
  }

  /** From the end of the request to the end of the answer. */
  recordTime(elapsedMs: number): void {
    this.#time ??= this.#scope.histogram("upstream_rq_time", "ms");
    this.#time.record(elapsedMs);
  }
}
