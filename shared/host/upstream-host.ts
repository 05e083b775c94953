import type { Address } from "../net/address.ts";
import type { HostMonitor } from "./host-monitor.ts";

/**
 * One endpoint of a cluster. The object lives as long as the endpoint is a member, so what balancers, pools and health checks
 * know of a host hangs on its identity.
 */
export interface UpstreamHost {
  /** `10.0.0.1:8080`, `[::1]:80`, a pipe's path, or the name of an internal listener; as `%UPSTREAM_HOST%` prints it. */
  readonly address: string;
  /** Where to connect. A name only where the host connects by name (edge); elsewhere DNS made it an address. */
  readonly target: Address;
  /** The name it was found under, or the endpoint's own `hostname`; what `auto_host_rewrite` writes. Empty if none. */
  readonly hostname: string;
  readonly weight: number;
  readonly priority: number;
  readonly locality: Locality;
  /** The weight of the locality among those of its priority; 0 where none is configured. */
  readonly localityWeight: number;
  /** What balancing makes of all flags. It changes with them, and the cluster tells its balancer. */
  readonly health: HostHealth;
  /** Why it is not plainly healthy; empty for a healthy host. */
  readonly healthFlags: readonly HealthFlag[];
  /** Not counted among the hosts of its priority when balancing decides how much that can take; nor is it used, but in a panic. */
  readonly isExcluded: boolean;
  /** `LbEndpoint.health_status`. */
  readonly edsStatus: EdsStatus;
  /** Told how each request went. */
  readonly monitor: HostMonitor;
  /** `envoy.lb`, `nuncio.edge` and other namespaces of the endpoint. */
  readonly metadata: HostMetadata;
  readonly counters: HostCounters;
}

/** Healthy hosts are used first, degraded ones for what those cannot take, unhealthy ones only in a panic. */
export type HostHealth = "healthy" | "degraded" | "unhealthy";

/** `envoy.config.core.v3.HealthStatus`: what the configuration, or a control plane, says of an endpoint. */
export type EdsStatus = "UNKNOWN" | "HEALTHY" | "UNHEALTHY" | "DRAINING" | "TIMEOUT" | "DEGRADED";

/** Why a host is not plainly healthy; the names that Envoy prints after a slash. Source: Envoy `Host::HealthFlag`. */
export type HealthFlag =
  | "failed_active_hc"
  | "failed_outlier_check"
  | "failed_eds_health"
  | "degraded_active_hc"
  | "degraded_eds_health"
  | "pending_dynamic_removal"
  | "pending_active_hc"
  | "excluded_via_immediate_hc_fail"
  | "active_hc_timeout"
  | "eds_status_draining"
  | "degraded_outlier_detection";

/** What one thread counts for one host, as `/clusters` shows it. `…Active` go up and down. Balancers may read them for a pick. */
export interface HostCounters {
  cxActive: number;
  cxConnectFail: number;
  cxTotal: number;
  rqActive: number;
  rqError: number;
  rqSuccess: number;
  rqTimeout: number;
  rqTotal: number;
}

export type HostMetadata = Readonly<Record<string, Readonly<Record<string, unknown>>>>;

export interface Locality {
  readonly region: string;
  readonly zone: string;
  readonly subZone: string;
}
