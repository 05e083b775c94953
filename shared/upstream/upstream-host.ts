import type { Address } from "../net/address.ts";

/**
 * One endpoint of a cluster. The object lives as long as the endpoint is a member, so what balancers, pools and health checks
 * know of a host hangs on its identity.
 */
export interface UpstreamHost {
  /** `10.0.0.1:8080`, `[::1]:80`, a pipe's path, or the name of an internal listener; as `%UPSTREAM_HOST%` prints it. */
  readonly address: string;
  readonly target: Address;
  /** The name it was found under, or the endpoint's own `hostname`; what `auto_host_rewrite` writes. Empty if none. */
  readonly hostname: string;
  readonly weight: number;
  readonly priority: number;
  readonly locality: Locality;
  /** `envoy.lb`, `nuncio.edge` and other namespaces of the endpoint. */
  readonly metadata: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
}

export interface Locality {
  readonly region: string;
  readonly zone: string;
  readonly subZone: string;
}
