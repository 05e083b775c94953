import type { ConfigPath } from "../diagnostics/config-path.ts";
import type { DiagnosticSink } from "../diagnostics/diagnostic.ts";
import type { Route, RouteConfiguration, WeightedCluster } from "../schema/envoy-types.ts";

/**
 * Warns where a new version of a sticky split moves users whom it need not move: back from a cluster that grows or stays, or
 * sideways between two others. Sticky splits are those by `header_name` or `use_hash_policy`; a random one has no users to keep.
 * Routes are the same if their virtual hosts have the same name and they have the same name or, unnamed, the same match.
 */
export function lintSplitChanges(
  before: RouteConfiguration,
  after: RouteConfiguration,
  path: ConfigPath,
  diagnostics: DiagnosticSink,
): void {
  const known = new Map(stickySplits(before, path).map(({ key, split }) => [key, split]));
  for (const { key, split, at } of stickySplits(after, path)) {
    const old = known.get(key);
    const problem = old === undefined ? undefined : splitChangeProblem(old, split);
    if (problem === undefined) continue;
    const hint = "declare the cluster that grows first, and keep the sum of the weights";
    diagnostics.warning(at, "lint.split_moves_users", problem, hint);
  }
}

/** What a change of weights does to the users of a split that it need not do; `undefined` if nothing. */
export function splitChangeProblem(before: WeightedCluster, after: WeightedCluster): string | undefined {
  const [old, now] = [sharesOf(before), sharesOf(after)];
  if (old.total === 0 || now.total === 0 || sameShares(old, now)) return undefined;
  if (old.total !== now.total) {
    return `the sum of the weights changes from ${old.total} to ${now.total}: users are dealt anew`;
  }
  const needless = needlessMoves(old, now);
  if (needless.length === 0) return undefined;
  const moves = needless.map(({ from, to, weight }) => `${percent(weight, now.total)} from ${from} to ${to}`);
  return `this change of weights moves users whom it need not move: ${moves.join(", ")}`;
}

interface StickySplit {
  readonly key: string;
  readonly split: WeightedCluster;
  readonly at: ConfigPath;
}

function stickySplits(config: RouteConfiguration, path: ConfigPath): readonly StickySplit[] {
  return (config.virtualHosts ?? []).flatMap(({ name = "", routes = [] }, hostAt) =>
    routes.flatMap((route, routeAt) => {
      const split = route.route?.weightedClusters;
      if (split === undefined || (split.headerName === undefined && split.useHashPolicy !== true)) return [];
      const place = path.field("virtualHosts").index(hostAt).field("routes").index(routeAt);
      return [{ key: `${name}\n${identityOf(route)}`, split, at: place.field("route").field("weightedClusters") }];
    }),
  );
}

function identityOf({ name = "", match }: Route): string {
  return name === "" ? JSON.stringify(match) : name;
}

/** The line of weights: a value modulo the total falls into one interval. */
interface Shares {
  readonly total: number;
  readonly intervals: readonly { readonly cluster: string; readonly start: number; readonly end: number }[];
}

function sharesOf({ clusters = [] }: WeightedCluster): Shares {
  let total = 0;
  const intervals = clusters.map(({ name, clusterHeader = "", weight = 0 }) => {
    const start = total;
    total += weight;
    return { cluster: name ?? clusterHeader, start, end: total };
  });
  return { total, intervals };
}

function sameShares(a: Shares, b: Shares): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}

interface Move {
  readonly from: string;
  readonly to: string;
  readonly weight: number;
}

/** A move is needed only from a cluster that shrinks to one that grows. */
function needlessMoves(before: Shares, after: Shares): readonly Move[] {
  const growth = (cluster: string): number => weightOf(after, cluster) - weightOf(before, cluster);
  return movesBetween(before, after).filter(({ from, to }) => growth(from) >= 0 || growth(to) <= 0);
}

function movesBetween(before: Shares, after: Shares): readonly Move[] {
  return before.intervals.flatMap((old) =>
    after.intervals
      .filter(({ cluster }) => cluster !== old.cluster)
      .map(({ cluster, start, end }) => ({
        from: old.cluster,
        to: cluster,
        weight: Math.min(old.end, end) - Math.max(old.start, start),
      }))
      .filter(({ weight }) => weight > 0),
  );
}

function weightOf({ intervals }: Shares, cluster: string): number {
  return intervals.filter((entry) => entry.cluster === cluster).reduce((sum, { start, end }) => sum + end - start, 0);
}

function percent(weight: number, total: number): string {
  return `${Number(((100 * weight) / total).toFixed(2))}%`;
}
