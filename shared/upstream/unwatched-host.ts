import type { HostMonitor } from "../host/host-monitor.ts";

/** The monitor of hosts whose cluster has no outlier detection. */
export class UnwatchedHost implements HostMonitor {
  readonly successRate = -1;
  readonly localOriginSuccessRate = -1;

  putHttpResponseCode(): void {}

  putLocalOrigin(): void {}

  putDegraded(): void {}
}
