import type { DnsLookupFamily } from "../host/dns-resolver.ts";
import type { Address } from "../net/address.ts";
import type { EdsStatus, HostMetadata, Locality } from "../host/upstream-host.ts";
import type { CircuitBreakerSettings } from "./circuit-breaker-settings.ts";
import type { ClusterHttpOptions } from "./compile-http-options.ts";
import type { DropOverload } from "./drop-overload.ts";
import type { LbSettings } from "./lb-settings.ts";
import type { OutlierSettings } from "./outlier/outlier-settings.ts";

export type Discovery = "STATIC" | "STRICT_DNS" | "LOGICAL_DNS";

/** A cluster as its configuration says it: immutable, the same on every thread. Times in milliseconds. */
export interface CompiledCluster {
  readonly name: string;
  /** Names its statistics, `cluster.<statName>.`: `alt_stat_name`, or the name. */
  readonly statName: string;
  /** `Cluster.metadata`, by namespace. */
  readonly metadata: HostMetadata;
  readonly discovery: Discovery;
  readonly connectTimeoutMs: number;
  /** `per_connection_buffer_limit_bytes`. */
  readonly bufferLimitBytes: number;
  readonly lb: LbSettings;
  readonly circuitBreakers: CircuitBreakerSettings;
  readonly dropOverload: DropOverload;
  /** Absent: off. */
  readonly outlierDetection: OutlierSettings | undefined;
  readonly http: ClusterHttpOptions;
  /** Whether connections to its hosts are encrypted. */
  readonly tls: boolean;
  readonly endpoints: readonly CompiledEndpoint[];
  readonly dns: DnsSettings;
  /** Whether start-up waits for the first DNS answers. */
  readonly waitForWarmOnInit: boolean;
}

/** One `LbEndpoint`. Its position in {@link CompiledCluster.endpoints} is its identity towards DNS. */
export interface CompiledEndpoint {
  readonly address: Address;
  /** `Endpoint.hostname`; for DNS clusters the name where none is given. Empty if there is neither. */
  readonly hostname: string;
  readonly weight: number;
  readonly priority: number;
  readonly locality: Locality;
  /** `LocalityLbEndpoints.load_balancing_weight`; 0 where none is said. */
  readonly localityWeight: number;
  readonly edsStatus: EdsStatus;
  readonly metadata: HostMetadata;
}

export interface DnsSettings {
  readonly family: DnsLookupFamily;
  readonly refreshMs: number;
  /** After a failure: exponential from base to max. Absent: `refreshMs` again. */
  readonly failureBackoff: { readonly baseMs: number; readonly maxMs: number } | undefined;
  readonly respectTtl: boolean;
  /** Up to this much is added to every delay; 0 is none. */
  readonly jitterMs: number;
}
