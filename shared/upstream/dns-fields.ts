import type { DnsLookupFamily } from "../host/dns-resolver.ts";
import type { Cluster, DnsCluster } from "../schema/envoy-types.ts";

/** The DNS fields of a cluster, which stand in the cluster itself or, in newer configurations, in its `cluster_type`. */
export interface DnsFields {
  readonly refreshRate: string | undefined;
  readonly failureRefreshRate: { readonly baseInterval?: string; readonly maxInterval?: string } | undefined;
  readonly jitter: string | undefined;
  readonly respectTtl: boolean | undefined;
  readonly lookupFamily: DnsLookupFamily | undefined;
}

export function legacyDnsFields(config: Cluster): DnsFields {
  return {
    refreshRate: config.dnsRefreshRate,
    failureRefreshRate: config.dnsFailureRefreshRate,
    jitter: config.dnsJitter,
    respectTtl: config.respectDnsTtl,
    lookupFamily: config.dnsLookupFamily,
  };
}

export function typedDnsFields(config: DnsCluster): DnsFields {
  const { dnsLookupFamily: family = "UNSPECIFIED" } = config;
  return {
    refreshRate: config.dnsRefreshRate,
    failureRefreshRate: config.dnsFailureRefreshRate,
    jitter: config.dnsJitter,
    respectTtl: config.respectDnsTtl,
    lookupFamily: family === "UNSPECIFIED" ? undefined : family,
  };
}
