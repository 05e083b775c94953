import type { MaybePromise } from "../../base/maybe-promise.ts";
import type { JsonObject } from "../../schema/json-value.ts";
import type { StatsView } from "../../stats/stats-view.ts";
import type { HealthFlag, Locality } from "../../host/upstream-host.ts";

/** `envoy.admin.v3.ServerInfo.State`. */
export type ServerState = "LIVE" | "DRAINING" | "PRE_INITIALIZING" | "INITIALIZING";

/**
 * What the admin application asks of its process: on Node the main thread, which merges its worker threads; at the edge the
 * isolate that answers. A member that is optional is something not every host can do; its endpoint then says so.
 */
export interface AdminSource {
  state(): ServerState;
  serverInfo(): MaybePromise<ServerInfo>;
  stats(): MaybePromise<StatsView>;
  resetCounters(): MaybePromise<void>;
  clusters(): MaybePromise<readonly ClusterStatus[]>;
  listeners(): MaybePromise<readonly ListenerStatus[]>;
  configDump?(): MaybePromise<ConfigDump>;
  /** Returns when draining began, not when it ended. */
  drainListeners?(options: DrainOptions): MaybePromise<void>;
  /** Makes `/ready` and health-check filters fail from now on, or no longer. */
  failHealthChecks?(fail: boolean): MaybePromise<void>;
}

export interface ServerInfo {
  readonly version: string;
  /** Whole seconds since the process started. */
  readonly uptimeSeconds: number;
  /** By the names of `envoy.admin.v3.CommandLineOptions`. */
  readonly commandLineOptions: JsonObject;
  /** `envoy.config.core.v3.Node` with proto field names. */
  readonly node: JsonObject;
}

export interface DrainOptions {
  /** Keeps accepting while existing connections are asked to leave, then closes. */
  readonly graceful: boolean;
  /** Only listeners whose `traffic_direction` is `INBOUND`. */
  readonly inboundOnly: boolean;
  /** Goes on running after a graceful drain. */
  readonly skipExit: boolean;
}

/** The configuration that runs. */
export interface ConfigDump {
  /** `envoy.config.bootstrap.v3.Bootstrap` as JSON with proto field names (`static_resources`), secrets replaced. */
  readonly bootstrap: JsonObject;
  /** When it took effect, as in RFC 3339: `2026-01-31T12:00:00.000Z`. */
  readonly lastUpdated: string;
}

/** Where a listener or an endpoint is. */
export type AdminAddress =
  | { readonly kind: "socket"; readonly ip: string; readonly port: number }
  | { readonly kind: "pipe"; readonly path: string }
  | { readonly kind: "internal"; readonly listener: string };

export interface ListenerStatus {
  readonly name: string;
  /** The address it is bound to: the real port where 0 was asked for. */
  readonly address: AdminAddress;
}

/** `envoy.config.cluster.v3.CircuitBreakers.Thresholds`, defaults filled in. */
export interface CircuitBreakerThresholds {
  readonly maxConnections: number;
  readonly maxPendingRequests: number;
  readonly maxRequests: number;
  readonly maxRetries: number;
}

/** Averages of outlier detection in percent; −1 where too few hosts have enough requests to tell. */
export interface OutlierAverages {
  readonly successRateAverage: number;
  readonly successRateEjectionThreshold: number;
  readonly localOriginSuccessRateAverage: number;
  readonly localOriginSuccessRateEjectionThreshold: number;
}

export interface ClusterStatus {
  readonly name: string;
  /** `alt_stat_name`, or the name. */
  readonly observabilityName: string;
  readonly addedViaApi: boolean;
  readonly edsServiceName?: string;
  readonly defaultPriority: CircuitBreakerThresholds;
  readonly highPriority: CircuitBreakerThresholds;
  /** Absent where the cluster has no `outlier_detection`. */
  readonly outlier?: OutlierAverages;
  readonly hosts: readonly HostStatus[];
}

export interface HostStatus {
  readonly address: AdminAddress;
  readonly hostname: string;
  readonly counters: HostCounters;
  /** Empty for a healthy host. */
  readonly healthFlags: readonly HealthFlag[];
  readonly weight: number;
  readonly locality: Locality;
  readonly canary: boolean;
  readonly priority: number;
  /** Percent; −1 where outlier detection does not know. */
  readonly successRate: number;
  readonly localOriginSuccessRate: number;
}

/** Per-host statistics; `…Active` are gauges. */
export interface HostCounters {
  readonly cxActive: number;
  readonly cxConnectFail: number;
  readonly cxTotal: number;
  readonly rqActive: number;
  readonly rqError: number;
  readonly rqPendingActive: number;
  readonly rqSuccess: number;
  readonly rqTimeout: number;
  readonly rqTotal: number;
}
