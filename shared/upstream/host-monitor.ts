/** How a request failed, or did not, without an answer of the upstream. Source: Envoy `Outlier::Result`, local origin. */
export type LocalOriginResult = "connect success" | "connect failed" | "timeout" | "request failed" | "request success";

/** Hears how requests to one host went; outlier detection listens. Source: Envoy `DetectorHostMonitor`. */
export interface HostMonitor {
  /** The status of an answer of the upstream. */
  putHttpResponseCode(status: number): void;
  putLocalOrigin(result: LocalOriginResult): void;
}
