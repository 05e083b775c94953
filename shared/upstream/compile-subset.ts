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
    selectors: withEffectiveFallbacks(selectors),
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

/**
 * Selectors, each set of keys once. As in Envoy a fallback has no effect where an earlier selector that has one begins with all of
 * the same keys, in alphabetical order.
 */
function withEffectiveFallbacks(selectors: readonly SubsetSelector[]): readonly SubsetSelector[] {
  const effective = new Map<string, SubsetSelector>();
  const withFallback: SubsetSelector[] = [];
  for (const selector of selectors) {
    const isHidden = withFallback.some(({ keys }) => selector.keys.every((key, at) => key === keys[at]));
    const id = selector.keys.join("\0");
    const known = effective.get(id) ?? { ...selector, fallback: undefined };
    const { fallback, fallbackKeys } = selector;
    effective.set(id, isHidden || known.fallback !== undefined ? known : { ...known, fallback, fallbackKeys });
    if (selector.fallback !== undefined) withFallback.push(selector);
  }
  return [...effective.values()];
}

/** Envoy's words. The fallback's keys have to be fewer, so that falling back comes to an end. */
function selectorProblem({
  keys = [],
  fallbackPolicy,
  fallbackKeysSubset = [],
}: ClusterLbSubsetConfigLbSubsetSelector): string | undefined {
  if (fallbackPolicy !== "KEYS_SUBSET") {
    if (fallbackKeysSubset.length === 0) return undefined;
    return "fallback_keys_subset can be set only for KEYS_SUBSET fallback_policy";
  }
  if (fallbackKeysSubset.length === 0) return "fallback_keys_subset cannot be empty";
  const unique = new Set(keys);
  const kept = new Set(fallbackKeysSubset);
  if ([...kept].some((key) => !unique.has(key))) return "fallback_keys_subset must be a subset of selector keys";
  if (kept.size === unique.size) return "fallback_keys_subset cannot be equal to keys";
  return undefined;
}
