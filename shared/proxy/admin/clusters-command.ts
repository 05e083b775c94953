import { type AdminCommand, prettyJson, text } from "./admin-command.ts";
import type { AdminSource, CircuitBreakerThresholds, ClusterStatus, HostCounters, HostStatus } from "./admin-source.ts";
import type { HealthFlag } from "../../host/upstream-host.ts";
import { type CompileFilter, nameFilter } from "./name-filter.ts";
import { addressJson, renderAddress } from "./render-address.ts";

/** `/clusters`: every cluster with its limits and hosts, by name. */
export function createClustersCommand(source: AdminSource, compileFilter: CompileFilter): AdminCommand {
  return {
    path: "/clusters",
    help: "upstream cluster status",
    params: {
      filter: "Regular expression (RE2 syntax) for filtering clusters by name",
      format: "Format to use; one of (text, json)",
    },
    mutates: false,
    run: async (query) => {
      const filter = nameFilter(query("filter"), compileFilter);
      if (!filter.ok) return text(`Invalid re2 regex: ${filter.error}`, 400);
      const found = (await source.clusters()).filter(({ name }) => filter.value(name));
      const clusters = found.toSorted((a, b) => (a.name < b.name ? -1 : 1));
      if (query("format") === "json") return prettyJson({ cluster_statuses: clusters.map(clusterJson) });
      return text(clusters.map(renderCluster).join(""));
    },
  };
}

type Row = readonly [key: string, value: string | number | boolean];

function renderCluster(cluster: ClusterStatus): string {
  const own = clusterRows(cluster).map(([key, value]) => `${cluster.name}::${key}::${value}\n`);
  const ofHosts = cluster.hosts.flatMap((host) => {
    const address = renderAddress(host.address);
    return hostRows(host).map(([key, value]) => `${cluster.name}::${address}::${key}::${value}\n`);
  });
  return [...own, ...ofHosts].join("");
}

function clusterRows(cluster: ClusterStatus): readonly Row[] {
  const { outlier, edsServiceName } = cluster;
  const outlierRows: readonly Row[] =
    outlier === undefined
      ? []
      : [
          ["outlier::success_rate_average", outlier.successRateAverage],
          ["outlier::success_rate_ejection_threshold", outlier.successRateEjectionThreshold],
          ["outlier::local_origin_success_rate_average", outlier.localOriginSuccessRateAverage],
          ["outlier::local_origin_success_rate_ejection_threshold", outlier.localOriginSuccessRateEjectionThreshold],
        ];
  const edsRows: readonly Row[] = edsServiceName === undefined ? [] : [["eds_service_name", edsServiceName]];
  return [
    ["observability_name", cluster.observabilityName],
    ...outlierRows,
    ...thresholdRows("default_priority", cluster.defaultPriority),
    ...thresholdRows("high_priority", cluster.highPriority),
    ["added_via_api", cluster.addedViaApi],
    ...edsRows,
  ];
}

function thresholdRows(priority: string, thresholds: CircuitBreakerThresholds): readonly Row[] {
  return Object.entries(thresholdsJson(thresholds)).map(([name, value]) => [`${priority}::${name}`, value]);
}

function hostRows(host: HostStatus): readonly Row[] {
  const { locality, healthFlags } = host;
  return [
    ...statRows(host.counters).map(({ name, value }): Row => [name, value]),
    ["hostname", host.hostname],
    ["health_flags", healthFlags.length === 0 ? "healthy" : healthFlags.map((flag) => `/${flag}`).join("")],
    ["weight", host.weight],
    ["region", locality.region],
    ["zone", locality.zone],
    ["sub_zone", locality.subZone],
    ["canary", host.canary],
    ["priority", host.priority],
    ["success_rate", host.successRate],
    ["local_origin_success_rate", host.localOriginSuccessRate],
  ];
}

interface StatRow {
  readonly name: string;
  readonly value: number;
  readonly gauge: boolean;
}

function statRows(counters: HostCounters): readonly StatRow[] {
  return [
    { name: "cx_active", value: counters.cxActive, gauge: true },
    { name: "cx_connect_fail", value: counters.cxConnectFail, gauge: false },
    { name: "cx_total", value: counters.cxTotal, gauge: false },
    { name: "rq_active", value: counters.rqActive, gauge: true },
    { name: "rq_error", value: counters.rqError, gauge: false },
    { name: "rq_pending_active", value: counters.rqPendingActive, gauge: true },
    { name: "rq_success", value: counters.rqSuccess, gauge: false },
    { name: "rq_timeout", value: counters.rqTimeout, gauge: false },
    { name: "rq_total", value: counters.rqTotal, gauge: false },
  ];
}

/** `envoy.admin.v3.ClusterStatus`. Proto3 JSON leaves default values out and writes 64-bit integers as strings. */
function clusterJson(cluster: ClusterStatus): unknown {
  const high = { priority: "HIGH", ...thresholdsJson(cluster.highPriority) };
  return {
    name: cluster.name,
    ...(cluster.addedViaApi ? { added_via_api: true } : {}),
    ...thresholdJson("success_rate_ejection_threshold", cluster.outlier?.successRateEjectionThreshold),
    ...thresholdJson(
      "local_origin_success_rate_ejection_threshold",
      cluster.outlier?.localOriginSuccessRateEjectionThreshold,
    ),
    ...(cluster.hosts.length > 0 ? { host_statuses: cluster.hosts.map(hostJson) } : {}),
    circuit_breakers: { thresholds: [thresholdsJson(cluster.defaultPriority), high] },
    observability_name: cluster.observabilityName,
    ...(cluster.edsServiceName === undefined ? {} : { eds_service_name: cluster.edsServiceName }),
  };
}

function thresholdsJson(thresholds: CircuitBreakerThresholds): Readonly<Record<string, number>> {
  return {
    max_connections: thresholds.maxConnections,
    max_pending_requests: thresholds.maxPendingRequests,
    max_requests: thresholds.maxRequests,
    max_retries: thresholds.maxRetries,
  };
}

function hostJson(host: HostStatus): unknown {
  const stats = statRows(host.counters).toSorted((a, b) => Number(a.gauge) - Number(b.gauge));
  return {
    address: addressJson(host.address),
    stats: stats.map(({ name, value, gauge }) => ({
      ...(gauge ? { type: "GAUGE" } : {}),
      ...(value === 0 ? {} : { value: String(value) }),
      name,
    })),
    health_status: healthJson(host.healthFlags),
    ...rateJson("success_rate", host.successRate),
    ...rateJson("local_origin_success_rate", host.localOriginSuccessRate),
    weight: host.weight,
    ...(host.hostname === "" ? {} : { hostname: host.hostname }),
    ...(host.priority === 0 ? {} : { priority: host.priority }),
    locality: localityJson(host),
  };
}

/** `envoy.type.v3.Percent`; a threshold that is not above 0 says nothing, and is left out. */
function thresholdJson(name: string, percent = -1): Readonly<Record<string, unknown>> {
  return percent > 0 ? { [name]: { value: percent } } : {};
}

/** `envoy.type.v3.Percent`; 0 is a rate like any other, and the default that proto3 JSON leaves out. */
function rateJson(name: string, percent: number): Readonly<Record<string, unknown>> {
  if (percent < 0) return {};
  return { [name]: percent === 0 ? {} : { value: percent } };
}

function localityJson({ locality }: HostStatus): unknown {
  const named = { region: locality.region, zone: locality.zone, sub_zone: locality.subZone };
  return Object.fromEntries(Object.entries(named).filter(([, value]) => value !== ""));
}

/** Field of `envoy.admin.v3.HostHealthStatus` by flag; the EDS flags show as the status itself. */
const HEALTH_FIELDS: Readonly<Partial<Record<HealthFlag, string>>> = {
  failed_active_hc: "failed_active_health_check",
  failed_outlier_check: "failed_outlier_check",
  degraded_active_hc: "failed_active_degraded_check",
  pending_dynamic_removal: "pending_dynamic_removal",
  pending_active_hc: "pending_active_hc",
  excluded_via_immediate_hc_fail: "excluded_via_immediate_hc_fail",
  active_hc_timeout: "active_hc_timeout",
};

function healthJson(flags: readonly HealthFlag[]): unknown {
  const fields = flags.flatMap((flag) => {
    const field = HEALTH_FIELDS[flag];
    return field === undefined ? [] : [[field, true] as const];
  });
  return { ...Object.fromEntries(fields), eds_health_status: edsStatus(flags) };
}

function edsStatus(flags: readonly HealthFlag[]): string {
  if (flags.includes("failed_eds_health")) return "UNHEALTHY";
  if (flags.includes("eds_status_draining")) return "DRAINING";
  return flags.includes("degraded_eds_health") ? "DEGRADED" : "HEALTHY";
}
