import type { Counter, StatsScope } from "../stats/stats-scope.ts";

const CLASSES = ["1xx", "2xx", "3xx", "4xx", "5xx"] as const;

/**
 * `upstream_rq_completed`, `upstream_rq_<class>` and `upstream_rq_<code>` of one cluster: every answer that a client got for a
 * request to it, the proxy's own included. A code has its statistic from its first answer on.
 */
export class ResponseCodeStats {
  readonly #scope: StatsScope;
  readonly #completed: Counter;
  readonly #classes: readonly Counter[];
  readonly #codes = new Map<number, Counter>();

  constructor(scope: StatsScope) {
    this.#scope = scope;
    this.#completed = scope.counter("upstream_rq_completed");
    this.#classes = CLASSES.map((name) => scope.counter(`upstream_rq_${name}`));
  }

  count(code: number): void {
    this.#completed.inc();
    this.#classes[Math.floor(code / 100) - 1]?.inc();
    let counter = this.#codes.get(code);
    if (counter === undefined) {
      counter = this.#scope.counter(`upstream_rq_${code}`);
      this.#codes.set(code, counter);
    }
    counter.inc();
  }
}
