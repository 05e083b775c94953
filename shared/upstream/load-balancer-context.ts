import type { HostMetadata, UpstreamHost } from "../host/upstream-host.ts";
import type { RetryPriority } from "./retry-priority.ts";

/** What one request wants of the balancer. All absent: any host will do. Source: Envoy `LoadBalancerContext`. */
export interface LoadBalancerContext {
  /** What the route's `hash_policy` gave, unsigned 64 bit; consistent-hash balancers draw at random without it. */
  readonly hash?: bigint | undefined;
  /** The route's `metadata_match`, merged with that of the weighted entry: which subset (`envoy.lb` of the endpoints). */
  readonly metadataMatch?: HostMetadata[string] | undefined;
  /** A host that a filter or a retry asks for by address (`10.0.0.1:80`); strict fails where another would be taken. */
  readonly overrideHost?: { readonly address: string; readonly strict: boolean } | undefined;
  /** Hosts that a retry would rather not have; a pick is repeated up to `hostSelectionMaxAttempts` times. */
  readonly shouldSelectAnotherHost?: ((host: UpstreamHost) => boolean) | undefined;
  readonly hostSelectionMaxAttempts?: number;
  /** Moves load between priorities for a retry. */
  readonly retryPriority?: RetryPriority | undefined;
}
