import type { ConfigPath } from "../diagnostics/config-path.ts";
import type { HeaderMap } from "../http/header-map.ts";
import type { StreamInfo } from "../http/stream-info.ts";
import { toByteString } from "../matching/byte-string.ts";
import type { WeightedCluster, WeightedClusterClusterWeight } from "../schema/envoy-types.ts";
import type { ClusterChoice } from "./cluster-choice.ts";
import { ClusterRoute, type ForwardSettings } from "./cluster-route.ts";
import { subsetOf } from "./metadata-match.ts";
import { MutationLevels } from "./mutation-levels.ts";
import type { RouteContext } from "./route-context.ts";
import type { RoutePick } from "./route-pick.ts";
import type { RouteScope } from "./route-scope.ts";
import type { RouteMatch } from "./route.ts";

const MAX_TOTAL_WEIGHT = 2 ** 32 - 1;
const MAX_UINT64 = 2n ** 64n - 1n;

/** What is known of the route around the entries. */
export interface WeightedPlace {
  readonly scope: RouteScope;
  readonly settings: ForwardSettings;
  /** Of the weighted clusters. */
  readonly path: ConfigPath;
}

/** Where an entry ends on the line of weights; it begins where the one before it ends. */
interface Share {
  readonly end: number;
  readonly match: RouteMatch;
}

/**
 * Compiles weighted clusters into a pick: a 64-bit value modulo the sum of the weights falls into the half-open interval of one
 * entry, in declared order. The value is the stream's random one, what `header_name` carries, or the
 * hash of the route's `hash_policy`. Nothing after reporting why.
 * Source: Envoy `RouteEntryImplBase::pickWeightedCluster`.
 */
export function compileWeightedClusters(
  config: WeightedCluster,
  place: WeightedPlace,
  context: RouteContext,
): RoutePick | undefined {
  const shares: Share[] = [];
  let total = 0;
  for (const [at, entry] of (config.clusters ?? []).entries()) {
    total += entry.weight ?? 0;
    const match = compileEntry(entry, { ...place, path: place.path.field("clusters").index(at) }, context);
    if (match !== undefined) shares.push({ end: total, match });
  }
  const problem = weightProblem(total, place.scope.routeName);
  if (problem !== undefined) {
    context.diagnostics.error(place.path, "config.range", problem);
    return undefined;
  }
  return pickByWeight(shares, total, splitValue(config, place.settings));
}

function weightProblem(total: number, routeName: string): string | undefined {
  if (total === 0) return "Sum of weights in the weighted_cluster must be greater than 0.";
  if (total <= MAX_TOTAL_WEIGHT) return undefined;
  return `The sum of weights of all weighted clusters of route ${routeName} exceeds ${MAX_TOTAL_WEIGHT}`;
}

/** The 64-bit value that a request is placed by, where it is not the stream's random one. */
type SplitValue = (request: HeaderMap, info: StreamInfo | undefined) => bigint | undefined;

/** As in Envoy, the hash makes no cookie here: a request without one is placed at random. */
function splitValue({ headerName = "", useHashPolicy }: WeightedCluster, { hash }: ForwardSettings): SplitValue {
  if (useHashPolicy === true && hash !== undefined) {
    return (request, info) => hash({ request, info, addCookie: undefined });
  }
  const name = headerName.toLowerCase();
  return name === "" ? () => undefined : (request) => valueInHeader(request, name);
}

function pickByWeight(shares: readonly Share[], total: number, valueOf: SplitValue): RoutePick {
  const modulus = BigInt(total);
  return (request, { random, info }) => {
    const point = Number((valueOf(request, info) ?? random) % modulus);
    return shares.find(({ end }) => point < end)?.match ?? NONE;
  };
}

/** The point is below the sum of all weights, so that this is never reached in a table without errors. */
const NONE: RouteMatch = { kind: "none" };

/** Only one value that is a uint64 counts. Source: Abseil `SimpleAtoi`, which allows white space and a plus sign. */
function valueInHeader(request: HeaderMap, name: string): bigint | undefined {
  const values = request.values(name);
  const [text = ""] = values;
  if (values.length !== 1 || !/^\s*\+?[0-9]{1,40}\s*$/.test(text)) return undefined;
  const value = BigInt(text.trim().replace("+", ""));
  return value <= MAX_UINT64 ? value : undefined;
}

function compileEntry(
  entry: WeightedClusterClusterWeight,
  { scope, settings, path }: WeightedPlace,
  context: RouteContext,
): RouteMatch | undefined {
  const cluster = clusterOf(entry, path, context);
  if (cluster === undefined) return undefined;
  const { diagnostics } = context;
  const filterPath = path.field("typedPerFilterConfig");
  const filterConfigs = scope.filterConfigs.extend(entry.typedPerFilterConfig, filterPath, context);
  const mutations = MutationLevels.none(false).extend(entry, path, diagnostics);
  const { hostRewriteLiteral = "" } = entry;
  const hostLiteral = hostRewriteLiteral === "" ? undefined : toByteString(hostRewriteLiteral);
  const subset = subsetOf(entry.metadataMatch);
  const metadataMatch = subset === undefined ? settings.metadataMatch : { ...settings.metadataMatch, ...subset };
  const target = { cluster, entry: { mutations, hostLiteral, metadataMatch } };
  return { kind: "route", route: new ClusterRoute({ ...scope, filterConfigs }, settings, target) };
}

function clusterOf(
  { name = "", clusterHeader = "" }: WeightedClusterClusterWeight,
  path: ConfigPath,
  { clusters, diagnostics }: RouteContext,
): ClusterChoice | undefined {
  if (name !== "" && clusterHeader !== "") {
    diagnostics.error(path, "config.oneof", "Only one of name or cluster_header can be specified");
    return undefined;
  }
  if (clusterHeader !== "") return { kind: "header", header: clusterHeader.toLowerCase() };
  if (name === "") {
    diagnostics.error(path, "config.required", "At least one of name or cluster_header need to be specified");
    return undefined;
  }
  if (clusters !== undefined && !clusters.has(name)) {
    diagnostics.error(path.field("name"), "config.unknown_cluster", `route: unknown weighted cluster '${name}'`);
  }
  return { kind: "name", name };
}
