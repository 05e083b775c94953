import type { HeaderMap } from "../http/header-map.ts";
import type { ForwardRoute, RouteInput, RouteTable } from "../router/route.ts";
import type { WeightedCluster } from "../schema/envoy-types.ts";
import type { PlacedRouteConfig } from "./find-route-configs.ts";
import { placedRoutes } from "./placed-routes.ts";

/** How a weighted route divides requests. */
export interface ExplainedSplit {
  readonly entries: readonly SplitEntry[];
  /** What picks one: a value that is fixed for this request, or a new random one for each. */
  readonly by: "random value" | "header" | "hash policy";
}

export interface SplitEntry {
  /** Its name, or the header that names it. */
  readonly cluster: string;
  readonly weight: number;
  /** Of all requests. */
  readonly percent: number;
}

/** The split of the route that matched; `undefined` for a route to one cluster. */
export function explainSplit(
  route: ForwardRoute,
  placed: PlacedRouteConfig,
  matched: { readonly request: HeaderMap; readonly input: RouteInput; readonly table: RouteTable },
): ExplainedSplit | undefined {
  const weighted = weightedClustersAt(route, placed);
  if (weighted === undefined) return undefined;
  const { clusters = [], headerName = "" } = weighted;
  const total = clusters.reduce((sum, { weight = 0 }) => sum + weight, 0);
  const entries = clusters.map(({ name, clusterHeader = "", weight = 0 }) => ({
    cluster: name ?? `named by ${clusterHeader}`,
    weight,
    percent: (100 * weight) / total,
  }));
  if (
    !isFixed(
      clusters.map(({ weight = 0 }) => weight),
      matched,
    )
  )
    return { entries, by: "random value" };
  return { entries, by: headerName === "" ? "hash policy" : "header" };
}

/** A pick that is the same wherever the random value falls does not depend on it. One entry with all the weight is no split. */
function isFixed(
  weights: readonly number[],
  { request, input, table }: { readonly request: HeaderMap; readonly input: RouteInput; readonly table: RouteTable },
): boolean {
  const starts = weights.map((_, at) => weights.slice(0, at).reduce((sum, weight) => sum + weight, 0));
  const picks = starts
    .filter((_, at) => weights[at] !== 0)
    .map((start) => table.match(request, { ...input, random: BigInt(start) }))
    .map((match) => (match.kind === "route" ? match.route : undefined));
  return picks.length > 1 && new Set(picks).size === 1;
}

/** The route's own configuration, found by the place that it knows. */
function weightedClustersAt(route: ForwardRoute, placed: PlacedRouteConfig): WeightedCluster | undefined {
  const pointer = route.path.pointer();
  return placedRoutes(placed).find(({ path }) => path.pointer() === pointer)?.route.route?.weightedClusters;
}
