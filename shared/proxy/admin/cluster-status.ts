import type { UpstreamHost } from "../../host/upstream-host.ts";
import type { BreakerThresholds } from "../../upstream/circuit-breaker-settings.ts";
import type { CompiledCluster } from "../../upstream/compiled-cluster.ts";
import type { OutlierThresholds } from "../../upstream/outlier/success-rate-threshold.ts";
import type {
  AdminAddress,
  CircuitBreakerThresholds,
  ClusterStatus,
  HostCounters,
  HostStatus,
  OutlierAverages,
} from "./admin-source.ts";

/** A host as one thread or isolate sees it. Plain data: threads post it. */
export interface HostOfCluster {
  readonly cluster: string;
  readonly host: HostStatus;
}

/**
 * What `/clusters` shows: each cluster with its hosts, counters summed over the threads that reported. `outlierOf` gives what
 * outlier detection found in a cluster, if it has any.
 */
export function clusterStatuses(
  clusters: readonly CompiledCluster[],
  reports: readonly HostOfCluster[],
  outlierOf: (cluster: string) => OutlierAverages | undefined = () => undefined,
): readonly ClusterStatus[] {
  return clusters.map(({ name, statName, circuitBreakers }) => {
    const outlier = outlierOf(name);
    return {
      name,
      observabilityName: statName,
      addedViaApi: false,
      defaultPriority: thresholdsOf(circuitBreakers.DEFAULT),
      highPriority: thresholdsOf(circuitBreakers.HIGH),
      ...(outlier === undefined ? {} : { outlier }),
      hosts: merge(reports.filter(({ cluster }) => cluster === name).map(({ host }) => host)),
    };
  });
}

/** What outlier detection found in a cluster, as `/clusters` shows it. */
export function outlierAverages(thresholds: OutlierThresholds | undefined): OutlierAverages | undefined {
  return (
    thresholds && {
      successRateAverage: thresholds.external.average,
      successRateEjectionThreshold: thresholds.external.ejectionThreshold,
      localOriginSuccessRateAverage: thresholds.local.average,
      localOriginSuccessRateEjectionThreshold: thresholds.local.ejectionThreshold,
    }
  );
}

/** What a thread or isolate reports of one host. */
export function hostStatus(host: UpstreamHost): HostStatus {
  const { hostname, weight, locality, priority, counters, healthFlags, monitor } = host;
  return {
    address: addressOf(host),
    hostname,
    counters: { ...counters, rqPendingActive: 0 },
    healthFlags,
    weight,
    locality,
    canary: host.metadata["envoy.lb"]?.["canary"] === true,
    priority,
    successRate: monitor.successRate,
    localOriginSuccessRate: monitor.localOriginSuccessRate,
  };
}

function merge(reports: readonly HostStatus[]): readonly HostStatus[] {
  const byAddress = Map.groupBy(reports, ({ address }) => JSON.stringify(address));
  return [...byAddress.values()].flatMap((same) => {
    const host = same[0];
    return host === undefined ? [] : [{ ...host, counters: sumCounters(same) }];
  });
}

function sumCounters(reports: readonly HostStatus[]): HostCounters {
  const sum = (counter: keyof HostCounters): number =>
    reports.reduce((total, { counters }) => total + counters[counter], 0);
  return {
    cxActive: sum("cxActive"),
    cxConnectFail: sum("cxConnectFail"),
    cxTotal: sum("cxTotal"),
    rqActive: sum("rqActive"),
    rqError: sum("rqError"),
    rqPendingActive: sum("rqPendingActive"),
    rqSuccess: sum("rqSuccess"),
    rqTimeout: sum("rqTimeout"),
    rqTotal: sum("rqTotal"),
  };
}

function thresholdsOf(limits: BreakerThresholds): CircuitBreakerThresholds {
  const { maxConnections, maxPendingRequests, maxRequests, maxRetries } = limits;
  return { maxConnections, maxPendingRequests, maxRequests, maxRetries };
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
