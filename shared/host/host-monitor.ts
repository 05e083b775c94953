/** How a request failed, or did not, without an answer of the upstream. Source: Envoy `Outlier::Result`, local origin. */
export type LocalOriginResult =
  | "connect success"
  /** For a protocol that has no answers of its own (TCP): the connection is all that can succeed. */
  | "connect success final"
  | "connect failed"
  | "timeout"
  | "request failed"
  | "request success";

/** Hears how requests to one host went; outlier detection listens. Source: Envoy `DetectorHostMonitor`. */
export interface HostMonitor {
  /** The status of an answer of the upstream. */
  putHttpResponseCode(status: number): void;
  /** `code` is the status that the client gets for it, where that is not the usual one of the result. */
  putLocalOrigin(result: LocalOriginResult, code?: number): void;
  /** An answer of the upstream carried `x-envoy-degraded`. */
  putDegraded(): void;
  /** In percent over the last interval of outlier detection; −1 where it does not know. */
  readonly successRate: number;
  readonly localOriginSuccessRate: number;
}
