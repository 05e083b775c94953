import type {
  CircuitBreakers,
  CircuitBreakersThresholds,
  CircuitBreakersThresholdsRetryBudget,
} from "../schema/envoy-types.ts";
import type { BreakerThresholds, CircuitBreakerSettings, RetryBudget } from "./circuit-breaker-settings.ts";
import type { RoutingPriority } from "../schema/envoy-types.ts";

const DEFAULT_MAX = 1024;
const DEFAULT_MAX_RETRIES = 3;
const DEFAULT_BUDGET_PERCENT = 20;
const DEFAULT_MIN_CONCURRENCY = 3;

/** The limits of both priorities (`Cluster.circuit_breakers`). Of several entries for one priority the first counts, as in Envoy. */
export function compileCircuitBreakers({ thresholds = [] }: CircuitBreakers = {}): CircuitBreakerSettings {
  const of = (wanted: RoutingPriority): BreakerThresholds =>
    compileThresholds(thresholds.find(({ priority = "DEFAULT" }) => priority === wanted));
  return { DEFAULT: of("DEFAULT"), HIGH: of("HIGH") };
}

function compileThresholds(config: CircuitBreakersThresholds = {}): BreakerThresholds {
  return {
    maxConnections: config.maxConnections ?? DEFAULT_MAX,
    maxPendingRequests: config.maxPendingRequests ?? DEFAULT_MAX,
    maxRequests: config.maxRequests ?? DEFAULT_MAX,
    maxRetries: config.maxRetries ?? DEFAULT_MAX_RETRIES,
    maxConnectionPools: config.maxConnectionPools,
    retryBudget: config.retryBudget && compileRetryBudget(config.retryBudget),
    trackRemaining: config.trackRemaining ?? false,
  };
}

function compileRetryBudget({ budgetPercent, minRetryConcurrency }: CircuitBreakersThresholdsRetryBudget): RetryBudget {
  return {
    percent: budgetPercent === undefined ? DEFAULT_BUDGET_PERCENT : (budgetPercent.value ?? 0),
    minConcurrency: minRetryConcurrency ?? DEFAULT_MIN_CONCURRENCY,
  };
}
