import type { StatsScope } from "../stats/stats-scope.ts";
import type { BreakerThresholds, CircuitBreakerSettings, RetryBudget } from "./circuit-breaker-settings.ts";
import { BreakerStats, type LimitGauges } from "./circuit-breaker-stats.ts";
import type { RoutingPriority } from "../schema/envoy-types.ts";
import type { ResourceLimit, ResourceManager } from "./resource-manager.ts";

/** How much of a resource is in use. A host whose threads share limits gives cells that they share. */
export interface UsageCell {
  readonly value: number;
  add(amount: number): void;
}

export type CreateCell = () => UsageCell;

/** The limits of a cluster, by routing priority. Source: Envoy `ResourceManagerImpl`. */
export class CircuitBreakers {
  readonly #default: ResourceManager;
  readonly #high: ResourceManager;

  /** `scope` is that of the cluster. */
  constructor(settings: CircuitBreakerSettings, scope: StatsScope, createCell: CreateCell = createLocalCell) {
    this.#default = createManager(settings.DEFAULT, scope.scope("circuit_breakers.default"), createCell);
    this.#high = createManager(settings.HIGH, scope.scope("circuit_breakers.high"), createCell);
  }

  resources(priority: RoutingPriority): ResourceManager {
    return priority === "HIGH" ? this.#high : this.#default;
  }
}

function createManager(limits: BreakerThresholds, scope: StatsScope, createCell: CreateCell): ResourceManager {
  const stats = new BreakerStats(scope, limits);
  const create = (max: number, gauges: LimitGauges): CountedLimit => new CountedLimit(max, gauges, createCell());
  const requests = create(limits.maxRequests, stats.requests);
  const pendingRequests = create(limits.maxPendingRequests, stats.pendingRequests);
  const retries = create(limits.maxRetries, stats.retries);
  return {
    connections: create(limits.maxConnections, stats.connections),
    pendingRequests,
    requests,
    retries:
      limits.retryBudget === undefined
        ? retries
        : new BudgetedLimit(limits.retryBudget, retries, () => requests.count + pendingRequests.count),
  };
}

class CountedLimit implements ResourceLimit {
  readonly #max: number;
  readonly #gauges: LimitGauges;
  readonly #used: UsageCell;

  constructor(max: number, gauges: LimitGauges, used: UsageCell) {
    this.#max = max;
    this.#gauges = gauges;
    this.#used = used;
    gauges.remaining?.set(max);
  }

  get count(): number {
    return this.#used.value;
  }

  canCreate(): boolean {
    return this.#used.value < this.#max;
  }

  inc(): void {
    this.#used.add(1);
    this.#show();
  }

  dec(): void {
    this.#used.add(-1);
    this.#show();
  }

  #show(): void {
    this.#gauges.open.set(this.canCreate() ? 0 : 1);
    this.#gauges.remaining?.set(Math.max(0, this.#max - this.#used.value));
  }
}

/** Retries as a share of what is under way (`retry_budget`). What is left of it depends on others and is not shown, as in Envoy. */
class BudgetedLimit implements ResourceLimit {
  readonly #budget: RetryBudget;
  readonly #retries: CountedLimit;
  readonly #underWay: () => number;

  constructor(budget: RetryBudget, retries: CountedLimit, underWay: () => number) {
    this.#budget = budget;
    this.#retries = retries;
    this.#underWay = underWay;
  }

  canCreate(): boolean {
    const { percent, minConcurrency } = this.#budget;
    return this.#retries.count < Math.max(Math.floor((percent / 100) * this.#underWay()), minConcurrency);
  }

  inc(): void {
    this.#retries.inc();
  }

  dec(): void {
    this.#retries.dec();
  }
}

/** Use that only one thread knows of. */
function createLocalCell(): UsageCell {
  return new LocalCell();
}

class LocalCell implements UsageCell {
  #value = 0;

  get value(): number {
    return this.#value;
  }

  add(amount: number): void {
    this.#value += amount;
  }
}
