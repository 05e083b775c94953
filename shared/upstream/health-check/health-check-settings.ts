import type { HttpCheck } from "./http-check.ts";

/** `envoy.config.core.v3.HealthCheck`, defaults filled in. Times in milliseconds. */
export interface HealthCheckSettings {
  readonly check: HttpCheck | TcpCheck | GrpcCheck;
  readonly timeoutMs: number;
  readonly unhealthyThreshold: number;
  readonly healthyThreshold: number;
  /** Whether one connection serves many probes. */
  readonly reuseConnection: boolean;
  readonly intervals: CheckIntervals;
  readonly alwaysLogFailures: boolean;
  readonly alwaysLogSuccess: boolean;
}

/** How long to wait between two probes of one host. */
export interface CheckIntervals {
  readonly healthyMs: number;
  readonly unhealthyMs: number;
  /** While successes, or failures, are not yet enough to change a host's state. */
  readonly healthyEdgeMs: number;
  readonly unhealthyEdgeMs: number;
  /** As long as nobody used the cluster. */
  readonly noTrafficMs: number;
  readonly noTrafficHealthyMs: number;
  /** Below this much before the first probe; 0: at once. */
  readonly initialJitterMs: number;
  /** Up to this much more each time: as a time, and as a percentage of the interval. */
  readonly jitterMs: number;
  readonly jitterPercent: number;
}

/** Connects; sends and waits for bytes if there are any. */
export interface TcpCheck {
  readonly kind: "tcp";
  readonly send: Uint8Array | undefined;
  /** In this order, with anything between them. */
  readonly receive: readonly Uint8Array[];
}

/** `grpc.health.v1.Health/Check`. */
export interface GrpcCheck {
  readonly kind: "grpc";
  /** Empty: the server as a whole. */
  readonly serviceName: string;
  /** Empty: the host's own name, or the cluster's. */
  readonly authority: string;
}
