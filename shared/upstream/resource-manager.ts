/** One limit of a circuit breaker. Use and limit are counted for the cluster, in the process or, at the edge, the isolate. */
export interface ResourceLimit {
  /** Whether one more may be taken. */
  canCreate(): boolean;
  inc(): void;
  dec(): void;
}

/** The limits of a cluster for one routing priority (`circuit_breakers.thresholds[]`). Source: Envoy `ResourceManager`. */
export interface ResourceManager {
  readonly connections: ResourceLimit;
  readonly pendingRequests: ResourceLimit;
  readonly requests: ResourceLimit;
  readonly retries: ResourceLimit;
}
