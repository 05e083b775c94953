import type { ConfigPath } from "../diagnostics/config-path.ts";
import type { WeightedCluster } from "../schema/envoy-types.ts";
import type { LintContext } from "./lint-context.ts";

/** Warns of a split that does not divide as it reads. `path` is that of the weighted clusters. */
export function lintWeights(config: WeightedCluster, path: ConfigPath, { diagnostics }: LintContext): void {
  const { clusters = [], totalWeight } = config;
  const sum = clusters.reduce((total, { weight = 0 }) => total + weight, 0);
  if (sum === 0) return; // an error, which compiling reports
  const warn = (at: ConfigPath, message: string): void => diagnostics.warning(at, "lint.weights", message);
  if (totalWeight !== undefined && totalWeight !== sum) {
    warn(path.field("totalWeight"), `the weights add up to ${sum}, which is what counts, and not to ${totalWeight}`);
  }
  for (const [at, { name, clusterHeader = "", weight = 0 }] of clusters.entries()) {
    const label = name ?? clusterHeader;
    const entryPath = path.field("clusters").index(at);
    if (weight === 0) warn(entryPath, `"${label}" gets no request: its weight is 0`);
    if (weight === sum && clusters.length > 1) warn(entryPath, `"${label}" gets every request: nothing is split`);
  }
}
