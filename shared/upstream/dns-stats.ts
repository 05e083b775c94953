import type { Counter, StatsScope } from "../stats/stats-scope.ts";

/** What is counted of one cluster's DNS, by who asks: `cluster.<name>.`, names as in Envoy. */
export class DnsStats {
  readonly attempt: Counter;
  readonly success: Counter;
  readonly failure: Counter;
  /** Answers that changed nothing. */
  readonly noRebuild: Counter;
  readonly #scope: StatsScope;

  constructor(scope: StatsScope) {
    this.#scope = scope;
    this.attempt = scope.counter("update_attempt");
    this.success = scope.counter("update_success");
    this.failure = scope.counter("update_failure");
    this.noRebuild = scope.counter("update_no_rebuild");
  }

  release(): void {
    this.#scope.release();
  }
}
