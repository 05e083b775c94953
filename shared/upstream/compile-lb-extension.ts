import type { ConfigPath } from "../diagnostics/config-path.ts";
import type { DiagnosticSink } from "../diagnostics/diagnostic.ts";
import type {
  AnyMessage,
  LeastRequest,
  LoadBalancingPolicy,
  LocalityLbConfig,
  Maglev,
  Random,
  RingHash,
  RoundRobin,
  Subset,
} from "../schema/envoy-types.ts";
import type { SpecificLbSettings } from "./compile-lb.ts";
import {
  compileLeastRequest,
  compileMaglev,
  compileRingHash,
  compileSlowStart,
  type Reporting,
} from "./compile-lb-policy.ts";
import { compileSubset } from "./compile-subset.ts";

const POLICIES = "type.googleapis.com/envoy.extensions.load_balancing_policies.";

type CompilePolicy = (config: AnyMessage, reporting: Reporting) => SpecificLbSettings | undefined;

/**
 * Compiles `load_balancing_policy`. Of its list the first decides, since Envoy has every policy that its API names: one that is
 * not implemented is refused and not passed over.
 */
export function compileLbExtension(
  { policies = [] }: LoadBalancingPolicy,
  path: ConfigPath,
  diagnostics: DiagnosticSink,
): SpecificLbSettings | undefined {
  const config = policies[0]?.typedExtensionConfig?.typedConfig;
  if (config === undefined) {
    diagnostics.error(path, "cluster.lb", "cluster: didn't find a registered load balancer factory");
    return undefined;
  }
  const at = path.field("policies").index(0).field("typedExtensionConfig").field("typedConfig");
  const compile = COMPILERS[config["@type"]];
  if (compile !== undefined) return compile(config, { path: at, diagnostics });
  const name = config["@type"].slice(config["@type"].lastIndexOf(".") + 1);
  diagnostics.error(at, "config.unsupported", `load balancing policy ${name} is not implemented`);
  return undefined;
}

// The loader has checked each message against the schema of its `@type`, so its fields are those of the type.
const COMPILERS: Readonly<Record<string, CompilePolicy>> = {
  [`${POLICIES}round_robin.v3.RoundRobin`]: (config) => {
    const { slowStartConfig, localityLbConfig } = config as RoundRobin;
    return {
      policy: { kind: "round robin", slowStart: compileSlowStart(slowStartConfig) },
      ...byLocality(localityLbConfig),
    };
  },
  [`${POLICIES}least_request.v3.LeastRequest`]: (config) => ({
    policy: compileLeastRequest(config as LeastRequest),
    ...byLocality((config as LeastRequest).localityLbConfig),
  }),
  [`${POLICIES}random.v3.Random`]: (config) => ({
    policy: { kind: "random" },
    ...byLocality((config as Random).localityLbConfig),
  }),
  [`${POLICIES}ring_hash.v3.RingHash`]: (config, reporting) => compileRing(config as RingHash, reporting),
  [`${POLICIES}maglev.v3.Maglev`]: (config, reporting) => {
    const { consistentHashingLbConfig, localityWeightedLbConfig, ...maglev } = config as Maglev;
    const policy = compileMaglev(maglev, consistentHashingLbConfig, reporting);
    return policy && { policy, ...byLocality({ ...(localityWeightedLbConfig && { localityWeightedLbConfig }) }) };
  },
  [`${POLICIES}subset.v3.Subset`]: (config, reporting) => compileSubsets(config as Subset, reporting),
};

function compileRing(config: RingHash, reporting: Reporting): SpecificLbSettings | undefined {
  const { consistentHashingLbConfig, localityWeightedLbConfig, useHostnameForHashing, hashBalanceFactor } = config;
  const older = {
    ...(useHostnameForHashing !== undefined && { useHostnameForHashing }),
    ...(hashBalanceFactor !== undefined && { hashBalanceFactor }),
  };
  const policy = compileRingHash(config, consistentHashingLbConfig ?? older, reporting);
  return policy && { policy, ...byLocality({ ...(localityWeightedLbConfig && { localityWeightedLbConfig }) }) };
}

function compileSubsets(config: Subset, { path, diagnostics }: Reporting): SpecificLbSettings | undefined {
  const subset = compileSubset(config, path, diagnostics);
  const within = compileLbExtension(config.subsetLbPolicy ?? {}, path.field("subsetLbPolicy"), diagnostics);
  if (subset === undefined || within === undefined) return undefined;
  if (within.subset === undefined) return { ...within, subset };
  diagnostics.error(path.field("subsetLbPolicy"), "config.unsupported", "subsets of subsets are not implemented");
  return undefined;
}

function byLocality({ zoneAwareLbConfig, localityWeightedLbConfig }: LocalityLbConfig = {}): Omit<
  SpecificLbSettings,
  "policy"
> {
  return {
    isLocalityWeighted: localityWeightedLbConfig !== undefined,
    failsOnPanic: zoneAwareLbConfig?.failTrafficOnPanic ?? false,
    subset: undefined,
  };
}
