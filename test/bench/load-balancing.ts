import { xxHash64 } from "../../shared/hash/xx-hash-64.ts";
import type { Cluster as ClusterConfig } from "../../shared/schema/envoy-types.ts";
import type { Cluster } from "../../shared/upstream/cluster.ts";
import type { LoadBalancerContext } from "../../shared/upstream/load-balancer-context.ts";
import { createCluster } from "../support/sample-balancing.ts";
import { endpointAt } from "../support/sample-cluster.ts";
import type { BenchRow } from "./bench-row.ts";

// What one pick costs among ten hosts, by policy. Rounds of all policies are interleaved and the least counts.

const HOSTS = 10;
const ROUNDS = 9;
const PICKS = 200_000;
const BASE = "round robin";

interface Case {
  readonly name: string;
  readonly cluster: Cluster;
  /** Used in turn. */
  readonly contexts: readonly (LoadBalancerContext | undefined)[];
}

const HASHED: readonly LoadBalancerContext[] = Array.from({ length: 64 }, (_, at) => ({
  hash: xxHash64(`user-${at}`),
}));

function createCase(
  name: string,
  more: Partial<ClusterConfig>,
  {
    contexts = [undefined],
    weightOf = () => 1,
  }: Partial<Pick<Case, "contexts">> & { weightOf?: (at: number) => number } = {},
): Case {
  const lbEndpoints = Array.from({ length: HOSTS }, (_, at) =>
    endpointAt(`10.0.0.${at}:80`, {
      loadBalancingWeight: weightOf(at),
      metadata: { filterMetadata: { "envoy.lb": { version: `v${at % 2}` } } },
    }),
  );
  return { name, cluster: createCluster([{ lbEndpoints }], more), contexts };
}

function createCases(): readonly Case[] {
  const subset = { lbSubsetConfig: { subsetSelectors: [{ keys: ["version"] }] } };
  const bounded = { commonLbConfig: { consistentHashingLbConfig: { hashBalanceFactor: 150 } } };
  return [
    createCase(BASE, {}),
    createCase("round robin, weighted", {}, { weightOf: (at) => at + 1 }),
    createCase("random", { lbPolicy: "RANDOM" }),
    createCase("least request", { lbPolicy: "LEAST_REQUEST" }),
    createCase("least request, weighted", { lbPolicy: "LEAST_REQUEST" }, { weightOf: (at) => at + 1 }),
    createCase("ring hash", { lbPolicy: "RING_HASH" }, { contexts: HASHED }),
    createCase("ring hash, bounded", { lbPolicy: "RING_HASH", ...bounded }, { contexts: HASHED }),
    createCase("Maglev", { lbPolicy: "MAGLEV" }, { contexts: HASHED }),
    createCase("subset", subset, { contexts: [{ metadataMatch: { version: "v1" } }] }),
  ];
}

function nanosecondsPerPick({ cluster, contexts }: Case): number {
  let picked = 0;
  const startMs = performance.now();
  for (let at = 0; at < PICKS; at++) if (cluster.pick(contexts[at % contexts.length]) !== undefined) picked += 1;
  const tookMs = performance.now() - startMs;
  if (picked !== PICKS) throw new Error("a cluster with hosts always has one to give");
  return (tookMs * 1e6) / PICKS;
}

/** A row for each policy; all are compared with plain round robin. */
export async function benchLoadBalancing(): Promise<readonly BenchRow[]> {
  const cases = createCases();
  const best = new Map<Case, number>();
  for (let round = 0; round < ROUNDS; round++) {
    for (const each of cases) best.set(each, Math.min(best.get(each) ?? Infinity, nanosecondsPerPick(each)));
  }
  return cases.map((each) => ({
    group: "lb",
    name: each.name,
    metric: "pick",
    value: best.get(each) ?? 0,
    unit: "ns",
    ratioTo: BASE,
  }));
}
