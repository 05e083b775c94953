import type { UpstreamHost } from "../../host/upstream-host.ts";
import type { LoadBalancerContext } from "../load-balancer-context.ts";

/** Envoy's `host_selection_retry_max_attempts`. */
const DEFAULT_MAX_ATTEMPTS = 1;

/**
 * Picks until the context is content with the host, or may not ask again: the last host is taken as it is. Source: Envoy
 * `LoadBalancerContext::shouldSelectAnotherHost`.
 */
export function pickAgain(
  context: LoadBalancerContext,
  pick: (attempt: number) => UpstreamHost | undefined,
): UpstreamHost | undefined {
  const repeats = context.shouldSelectAnotherHost === undefined ? 0 : maxRepeats(context);
  let host = pick(0);
  for (let attempt = 1; attempt <= repeats; attempt++) {
    if (host === undefined || !context.shouldSelectAnotherHost?.(host)) return host;
    host = pick(attempt);
  }
  return host;
}

function maxRepeats({ hostSelectionMaxAttempts = DEFAULT_MAX_ATTEMPTS }: LoadBalancerContext): number {
  return hostSelectionMaxAttempts;
}
