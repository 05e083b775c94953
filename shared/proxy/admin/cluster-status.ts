import type { HostCounters, UpstreamHost } from "../../host/upstream-host.ts";
import type { AdminAddress, CircuitBreakerThresholds, ClusterStatus, HealthFlag, HostStatus } from "./admin-source.ts";
import type { CompiledCluster } from "../../upstream/compiled-cluster.ts";

/** Envoy's defaults: `circuit_breakers` is refused for now. */
const DEFAULT_THRESHOLDS: CircuitBreakerThresholds = {
  maxConnections: 1024,
  maxPendingRequests: 1024,
  maxRequests: 1024,
  maxRetries: 3,
};

/** A host as one thread or isolate sees it. */
export interface HostOfCluster {
  readonly cluster: string;
  readonly host: UpstreamHost;
}

/** What `/clusters` shows: each cluster with its hosts, counters summed over the threads that reported. */
export function clusterStatuses(
  clusters: readonly CompiledCluster[],
  reports: readonly HostOfCluster[],
): readonly ClusterStatus[] {
  return clusters.map(({ name, statName }) => ({
    name,
    observabilityName: statName,
    addedViaApi: false,
    defaultPriority: DEFAULT_THRESHOLDS,
    highPriority: DEFAULT_THRESHOLDS,
    hosts: hostsOf(reports.filter(({ cluster }) => cluster === name)),
  }));
}

function hostsOf(reports: readonly HostOfCluster[]): readonly HostStatus[] {
  const byAddress = Map.groupBy(reports, ({ host }) => host.address);
  return [...byAddress.values()].flatMap((same) => {
    const host = same[0]?.host;
    return host === undefined ? [] : [hostStatus(host, same)];
  });
}

function hostStatus(host: UpstreamHost, reports: readonly HostOfCluster[]): HostStatus {
  const sum = (counter: keyof HostCounters): number =>
    reports.reduce((total, { host: { counters } }) => total + counters[counter], 0);
  return {
    address: addressOf(host),
    hostname: host.hostname,
    counters: {
      cxActive: sum("cxActive"),
      cxConnectFail: sum("cxConnectFail"),
      cxTotal: sum("cxTotal"),
      rqActive: sum("rqActive"),
      rqError: sum("rqError"),
      rqPendingActive: 0,
      rqSuccess: sum("rqSuccess"),
      rqTimeout: sum("rqTimeout"),
      rqTotal: sum("rqTotal"),
    },
    healthFlags: healthFlags(host),
    weight: host.weight,
    locality: host.locality,
    canary: host.metadata["envoy.lb"]?.["canary"] === true,
    priority: host.priority,
    successRate: -1,
    localOriginSuccessRate: -1,
  };
}

function addressOf({ target }: UpstreamHost): AdminAddress {
  switch (target.kind) {
    case "ip":
    case "name":
      return { kind: "socket", ip: target.host, port: target.port };
    case "pipe":
      return { kind: "pipe", path: target.path };
    case "internal":
      return { kind: "internal", listener: target.listener };
  }
}

function healthFlags({ health }: UpstreamHost): readonly HealthFlag[] {
  if (health === "unhealthy") return ["failed_eds_health"];
  return health === "degraded" ? ["degraded_eds_health"] : [];
}
