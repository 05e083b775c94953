import type { UpstreamHost } from "../../../host/upstream-host.ts";
import type { RetryHostPredicate, RetryPolicy } from "../../../router/policies/retry-policy.ts";
import type { LoadBalancerContext } from "../../../upstream/load-balancer-context.ts";
import { PreviousPriorities } from "../../../upstream/previous-priorities.ts";
import type { RetryPriority } from "../../../upstream/retry-priority.ts";

/** What a policy's host predicates and priorities want of the next host, after those that were tried. */
export class RetryHosts {
  readonly #policy: RetryPolicy;
  readonly #priority: RetryPriority | undefined;
  readonly #tried = new Set<UpstreamHost>();

  constructor(policy: RetryPolicy) {
    this.#policy = policy;
    const { previousPriorities } = policy;
    this.#priority = previousPriorities && new PreviousPriorities(previousPriorities.updateFrequency);
  }

  onAttempt(host: UpstreamHost): void {
    this.#tried.add(host);
    this.#priority?.onHostAttempted(host);
  }

  /** What to ask the balancer for, beside what the request wants anyway. Predicates hold for the first attempt, too. */
  get context(): LoadBalancerContext {
    const { hostPredicates, hostSelectionMaxAttempts } = this.#policy;
    return {
      ...(this.#priority && { retryPriority: this.#priority }),
      ...(hostPredicates.length > 0 && {
        hostSelectionMaxAttempts,
        shouldSelectAnotherHost: (host) => hostPredicates.some((predicate) => this.#rejects(predicate, host)),
      }),
    };
  }

  #rejects(predicate: RetryHostPredicate, host: UpstreamHost): boolean {
    switch (predicate.kind) {
      case "previous hosts":
        return this.#tried.has(host);
      case "canary hosts":
        return isCanary(host);
      case "metadata":
        return hasAll(host.metadata["envoy.lb"] ?? {}, predicate.values);
    }
  }
}

/** Source: Envoy `HostDescription::canary`. */
export function isCanary({ metadata }: UpstreamHost): boolean {
  return metadata["envoy.lb"]?.["canary"] === true;
}

/** No values at all are no reason to leave a host out. */
function hasAll(metadata: Readonly<Record<string, unknown>>, values: Readonly<Record<string, unknown>>): boolean {
  const wanted = Object.entries(values);
  return wanted.length > 0 && wanted.every(([key, value]) => JSON.stringify(metadata[key]) === JSON.stringify(value));
}
