import type { ConfigPath } from "../diagnostics/config-path.ts";
import type { DiagnosticSink } from "../diagnostics/diagnostic.ts";
import type { ClusterLbSubsetConfig, ClusterLbSubsetConfigLbSubsetSelector } from "../schema/envoy-types.ts";
import type { SubsetSelector, SubsetSettings } from "./lb-settings.ts";

/** Compiles `lb_subset_config`, or the extension's fields of the same names; `undefined` after reporting. */
export function compileSubset(
  config: ClusterLbSubsetConfig,
  path: ConfigPath,
  diagnostics: DiagnosticSink,
): SubsetSettings | undefined {
  const { subsetSelectors = [] } = config;
  const selectors = subsetSelectors.flatMap((selector, position) => {
    const problem = selectorProblem(selector);
    if (problem === undefined) return [compileSelector(selector)];
    diagnostics.error(path.field("subsetSelectors").index(position), "cluster.lb", problem);
    return [];
  });
  if (selectors.length < subsetSelectors.length) return undefined;
  return {
    fallback: config.fallbackPolicy ?? "NO_FALLBACK",
    defaultSubset: config.defaultSubset ?? {},
    selectors,
    isLocalityWeightAware: config.localityWeightAware ?? false,
    scalesLocalityWeight: config.scaleLocalityWeight ?? false,
    panicModeAny: config.panicModeAny ?? false,
    listAsAny: config.listAsAny ?? false,
    usesFallbackList: config.metadataFallbackPolicy === "FALLBACK_LIST",
  };
}

function compileSelector({
  keys = [],
  singleHostPerSubset = false,
  fallbackPolicy = "NOT_DEFINED",
  fallbackKeysSubset = [],
}: ClusterLbSubsetConfigLbSubsetSelector): SubsetSelector {
  return {
    keys: [...new Set(keys)].sort(),
    isSingleHost: singleHostPerSubset,
    fallback: fallbackPolicy === "NOT_DEFINED" ? undefined : fallbackPolicy,
    fallbackKeys: new Set(fallbackKeysSubset),
  };
}

/** Envoy's words. The fallback's keys have to be fewer, so that falling back comes to an end. */
function selectorProblem({
  keys = [],
  singleHostPerSubset,
  fallbackPolicy,
  fallbackKeysSubset = [],
}: ClusterLbSubsetConfigLbSubsetSelector): string | undefined {
  const unique = new Set(keys);
  if (singleHostPerSubset && unique.size !== 1) {
    return "subset_lb selector: single_host_per_subset requires a selector with exactly one key";
  }
  if (fallbackPolicy !== "KEYS_SUBSET") {
    if (fallbackKeysSubset.length === 0) return undefined;
    return "fallback_keys_subset can be set only for KEYS_SUBSET fallback_policy";
  }
  if (fallbackKeysSubset.length === 0) return "fallback_keys_subset cannot be empty";
  const kept = new Set(fallbackKeysSubset);
  if ([...kept].some((key) => !unique.has(key))) return "fallback_keys_subset must be a subset of selector keys";
  if (kept.size === unique.size) return "fallback_keys_subset cannot be equal to keys";
  return undefined;
}
