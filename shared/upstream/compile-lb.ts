import type { ConfigPath } from "../diagnostics/config-path.ts";
import type { DiagnosticSink } from "../diagnostics/diagnostic.ts";
import type { EdsStatus } from "../host/upstream-host.ts";
import type { Cluster, ClusterCommonLbConfig } from "../schema/envoy-types.ts";
import { compileLbExtension } from "./compile-lb-extension.ts";
import { compileLeastRequest, compileMaglev, compileRingHash, compileSlowStart } from "./compile-lb-policy.ts";
import { compileSubset } from "./compile-subset.ts";
import type { LbPolicy, LbSettings } from "./lb-settings.ts";

const DEFAULT_OVERPROVISIONING_PERCENT = 140;
const DEFAULT_PANIC_THRESHOLD_PERCENT = 50;
const DEFAULT_OVERRIDE_STATUSES: readonly EdsStatus[] = ["UNKNOWN", "HEALTHY", "DEGRADED"];
const CONFLICT =
  "cluster: load_balancing_policy cannot be combined with partial fields (zone_aware_lb_config, " +
  "locality_weighted_lb_config, consistent_hashing_lb_config) of common_lb_config";

/** How a cluster balances; `undefined` after reporting why it cannot. */
export function compileLb(config: Cluster, path: ConfigPath, diagnostics: DiagnosticSink): LbSettings | undefined {
  const extension = config.loadBalancingPolicy;
  const specific =
    extension === undefined && config.lbPolicy !== "LOAD_BALANCING_POLICY_CONFIG"
      ? compileLegacy(config, path, diagnostics)
      : compileExtension(config, path, diagnostics);
  if (specific === undefined) return undefined;
  const { loadAssignment, commonLbConfig = {} } = config;
  return {
    overprovisioningPercent: loadAssignment?.policy?.overprovisioningFactor ?? DEFAULT_OVERPROVISIONING_PERCENT,
    panicThresholdPercent: panicThreshold(commonLbConfig),
    overrideStatuses: new Set(commonLbConfig.overrideHostStatus?.statuses ?? overrideDefault(commonLbConfig)),
    ...specific,
  };
}

/** What `lb_policy` and its configs say, or what `load_balancing_policy` says instead. */
export type SpecificLbSettings = Pick<LbSettings, "policy" | "failsOnPanic" | "isLocalityWeighted" | "subset">;

function panicThreshold({ healthyPanicThreshold }: ClusterCommonLbConfig): number {
  if (healthyPanicThreshold === undefined) return DEFAULT_PANIC_THRESHOLD_PERCENT;
  return Math.floor(healthyPanicThreshold.value ?? 0);
}

/** A set that is there and empty allows no host at all. */
function overrideDefault({ overrideHostStatus }: ClusterCommonLbConfig): readonly EdsStatus[] {
  return overrideHostStatus === undefined ? DEFAULT_OVERRIDE_STATUSES : [];
}

function compileExtension(
  { loadBalancingPolicy, lbSubsetConfig, commonLbConfig = {} }: Cluster,
  path: ConfigPath,
  diagnostics: DiagnosticSink,
): SpecificLbSettings | undefined {
  const problem = (message: string): undefined => {
    diagnostics.error(path.field("loadBalancingPolicy"), "cluster.lb", message);
  };
  if (loadBalancingPolicy === undefined) return problem("cluster: field load_balancing_policy need to be set");
  if (lbSubsetConfig !== undefined) {
    return problem("cluster: load_balancing_policy cannot be combined with lb_subset_config");
  }
  const { zoneAwareLbConfig, localityWeightedLbConfig, consistentHashingLbConfig } = commonLbConfig;
  if (zoneAwareLbConfig ?? localityWeightedLbConfig ?? consistentHashingLbConfig) return problem(CONFLICT);
  return compileLbExtension(loadBalancingPolicy, path.field("loadBalancingPolicy"), diagnostics);
}

function compileLegacy(config: Cluster, path: ConfigPath, diagnostics: DiagnosticSink): SpecificLbSettings | undefined {
  const { commonLbConfig = {}, lbSubsetConfig } = config;
  const policy = compilePolicy(config, path, diagnostics);
  if (policy === undefined || reportsHostnameHashing(config, path, diagnostics)) return undefined;
  const isLocalityWeighted = commonLbConfig.localityWeightedLbConfig !== undefined;
  const failsOnPanic = commonLbConfig.zoneAwareLbConfig?.failTrafficOnPanic ?? false;
  const settings = { policy, isLocalityWeighted, failsOnPanic, subset: undefined };
  // Without selectors Envoy does as if there were no subsets.
  if (lbSubsetConfig === undefined || (lbSubsetConfig.subsetSelectors ?? []).length === 0) return settings;
  const at = path.field("lbSubsetConfig");
  if (lbSubsetConfig.localityWeightAware && !isLocalityWeighted) {
    const message = `Locality weight aware subset LB requires that a locality_weighted_lb_config be set in ${config.name ?? ""}`;
    diagnostics.error(at.field("localityWeightAware"), "cluster.lb", message);
    return undefined;
  }
  const subset = compileSubset(lbSubsetConfig, at, diagnostics);
  return subset === undefined ? undefined : { ...settings, subset };
}

/** Only what DNS finds has a name of its own, as Envoy sees it. */
function reportsHostnameHashing(
  { type = "STATIC", commonLbConfig }: Cluster,
  path: ConfigPath,
  diagnostics: DiagnosticSink,
): boolean {
  if (type === "STRICT_DNS" || !commonLbConfig?.consistentHashingLbConfig?.useHostnameForHashing) return false;
  const message = `Cannot use hostname for consistent hashing loadbalancing for cluster of type: 'envoy.cluster.${type.toLowerCase()}'`;
  const at = path.field("commonLbConfig").field("consistentHashingLbConfig").field("useHostnameForHashing");
  diagnostics.error(at, "cluster.lb", message);
  return true;
}

function compilePolicy(config: Cluster, path: ConfigPath, diagnostics: DiagnosticSink): LbPolicy | undefined {
  const hashing = config.commonLbConfig?.consistentHashingLbConfig;
  const { lbPolicy = "ROUND_ROBIN" } = config;
  switch (lbPolicy) {
    case "ROUND_ROBIN":
      return { kind: "round robin", slowStart: compileSlowStart(config.roundRobinLbConfig?.slowStartConfig) };
    case "LEAST_REQUEST":
      return compileLeastRequest(config.leastRequestLbConfig ?? {});
    case "RANDOM":
      return { kind: "random" };
    case "RING_HASH":
      return compileRingHash(config.ringHashLbConfig ?? {}, hashing, {
        path: path.field("ringHashLbConfig"),
        diagnostics,
      });
    case "MAGLEV":
      return compileMaglev(config.maglevLbConfig ?? {}, hashing, { path: path.field("maglevLbConfig"), diagnostics });
    default:
      diagnostics.error(path.field("lbPolicy"), "config.unsupported", `lb_policy ${lbPolicy} is not implemented`);
      return undefined;
  }
}
