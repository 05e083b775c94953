import type { Address } from "../net/address.ts";

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
  /** `LbEndpoint.health_status`, in the three kinds that balancing tells apart. */
  readonly health: HostHealth;
  /** `envoy.lb`, `nuncio.edge` and other namespaces of the endpoint. */
  readonly metadata: HostMetadata;
  readonly counters: HostCounters;
}

/** Healthy hosts are used first, degraded ones for what those cannot take, unhealthy ones only in a panic. */
export type HostHealth = "healthy" | "degraded" | "unhealthy";

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
