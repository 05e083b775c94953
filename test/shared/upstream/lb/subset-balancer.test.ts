import { describe, it } from "vitest";
import type { ClusterLbSubsetConfig, JsonObject, LbEndpoint } from "../../../../shared/schema/envoy-types.ts";
import { createLocalStats } from "../../../../shared/stats/local-stats.ts";
import type { Cluster } from "../../../../shared/upstream/cluster.ts";
import { createLbStats } from "../../../../shared/upstream/lb-stats.ts";
import { createCluster, tallyPicks } from "../../../support/sample-balancing.ts";
import { endpointAt } from "../../../support/sample-cluster.ts";

// What Envoy 1.39 did with these clusters and requests: the last digits of all backends that a request reached, x where it got none.

const METADATA: readonly JsonObject[] = [
  { v: "1", s: "prod" },
  { v: "1", s: "dev" },
  { v: "2", s: "prod" },
  { v: "2", s: "prod" },
  { v: ["3", "4"], s: "dev" },
];
const ASKED: readonly (JsonObject | undefined)[] = [
  undefined,
  { v: "1" },
  { v: "2" },
  { v: "3" },
  { v: ["3", "4"] },
  { v: "9" },
  { v: "1", s: "prod" },
  { v: "1", s: "x" },
  { v: "9", s: "x" },
  { s: "prod" },
  { s: "x" },
  { z: "1" },
  { s: "prod", fallback_list: [{ v: "9" }, { v: "2" }] },
  { fallback_list: [{ v: "9" }, { v: "1", s: "dev" }] },
  { v: "1", fallback_list: [] },
  { fallback_list: [{ v: "9" }] },
];
const BY_V = [{ keys: ["v"] }];
const BOTH = [{ keys: ["v"] }, { keys: ["s", "v"] }];

interface Case {
  readonly name: string;
  readonly config: ClusterLbSubsetConfig;
  readonly unhealthy: readonly number[];
  /** One for each of what is asked. */
  readonly picks: string;
}

const CASES: readonly Case[] = [
  {
    name: "no fallback",
    config: { fallbackPolicy: "NO_FALLBACK", subsetSelectors: BOTH },
    unhealthy: [],
    picks: "x 01 23 x 4 x 0 x x x x x x x x x",
  },
  {
    name: "no fallback, and panic_mode_any without effect",
    config: { fallbackPolicy: "NO_FALLBACK", panicModeAny: true, subsetSelectors: BOTH },
    unhealthy: [],
    picks: "x 01 23 x 4 x 0 x x x x x x x x x",
  },
  {
    name: "any endpoint as fallback",
    config: { fallbackPolicy: "ANY_ENDPOINT", subsetSelectors: BY_V },
    unhealthy: [],
    picks: "01234 01 23 01234 4 01234 01234 01234 01234 01234 01234 01234 01234 01234 01234 01234",
  },
  {
    name: "a default subset",
    config: { fallbackPolicy: "DEFAULT_SUBSET", defaultSubset: { s: "dev" }, subsetSelectors: BOTH },
    unhealthy: [],
    picks: "14 01 23 14 4 14 0 14 14 14 14 14 14 14 14 14",
  },
  {
    name: "an empty default subset and panic_mode_any",
    config: {
      fallbackPolicy: "DEFAULT_SUBSET",
      defaultSubset: { s: "nowhere" },
      panicModeAny: true,
      subsetSelectors: BY_V,
    },
    unhealthy: [],
    picks: "01234 01 23 01234 4 01234 01234 01234 01234 01234 01234 01234 01234 01234 01234 01234",
  },
  {
    name: "list_as_any",
    config: { listAsAny: true, subsetSelectors: BOTH },
    unhealthy: [],
    picks: "x 01 23 4 x x 0 x x x x x x x x x",
  },
  {
    name: "fallbacks of selectors",
    config: {
      subsetSelectors: [
        { keys: ["v"] },
        { keys: ["s", "v"], fallbackPolicy: "KEYS_SUBSET", fallbackKeysSubset: ["v"] },
        { keys: ["s"], fallbackPolicy: "ANY_ENDPOINT" },
      ],
    },
    unhealthy: [],
    picks: "x 01 23 x 4 x 0 01 x 023 x x x x x x",
  },
  {
    name: "a single host in each",
    config: { subsetSelectors: [{ keys: ["v"], singleHostPerSubset: true }] },
    unhealthy: [],
    picks: "x 0 2 x 4 x x x x x x x x x x x",
  },
  {
    name: "a fallback list before any endpoint",
    config: { fallbackPolicy: "ANY_ENDPOINT", metadataFallbackPolicy: "FALLBACK_LIST", subsetSelectors: BOTH },
    unhealthy: [],
    picks: "01234 01 23 01234 4 01234 0 01234 01234 01234 01234 01234 01234 01234 01 01234",
  },
  {
    name: "a fallback list and nothing else",
    config: { metadataFallbackPolicy: "FALLBACK_LIST", subsetSelectors: BOTH },
    unhealthy: [],
    picks: "x 01 23 x 4 x 0 x x x x x 23 1 01 x",
  },
  {
    name: "no selector",
    config: { fallbackPolicy: "NO_FALLBACK" },
    unhealthy: [],
    picks: "01234 01234 01234 01234 01234 01234 01234 01234 01234 01234 01234 01234 01234 01234 01234 01234",
  },
  {
    name: "two selectors of the same keys",
    config: {
      subsetSelectors: [
        { keys: ["v"], fallbackPolicy: "ANY_ENDPOINT" },
        { keys: ["v"], fallbackPolicy: "NO_FALLBACK" },
      ],
    },
    unhealthy: [],
    picks: "x 01 23 01234 4 01234 x x x x x x x x x x",
  },
  {
    name: "a single host, unhealthy or not",
    config: { subsetSelectors: [{ keys: ["v"], singleHostPerSubset: true }] },
    unhealthy: [0, 2],
    picks: "x 0 2 x 4 x x x x x x x x x x x",
  },
  {
    name: "a panic within one subset",
    config: { fallbackPolicy: "ANY_ENDPOINT", subsetSelectors: BY_V },
    unhealthy: [2, 3],
    picks: "014 01 23 014 4 014 014 014 014 014 014 014 014 014 014 014",
  },
  {
    name: "an unhealthy host in one subset",
    config: { fallbackPolicy: "ANY_ENDPOINT", subsetSelectors: BY_V },
    unhealthy: [3],
    picks: "0124 01 2 0124 4 0124 0124 0124 0124 0124 0124 0124 0124 0124 0124 0124",
  },
];

function backends(unhealthy: readonly number[]): LbEndpoint[] {
  return METADATA.map((values, digit) =>
    endpointAt(`127.0.0.1:8${digit}`, {
      metadata: { filterMetadata: { "envoy.lb": values } },
      ...(unhealthy.includes(digit) && { healthStatus: "UNHEALTHY" }),
    }),
  );
}

/** The last digits of all backends that ten requests reach. */
function digitsReached(cluster: Cluster, metadataMatch: JsonObject | undefined): string {
  const addresses = Object.keys(tallyPicks(cluster, 10, { metadataMatch }));
  const digits = addresses.map((address) => (address === "none" ? "x" : address.slice(-1)));
  return digits.toSorted((a, b) => a.localeCompare(b)).join("");
}

describe("SubsetBalancer", () => {
  it.for(CASES)("picks as Envoy does with $name", ({ config, unhealthy, picks }, { expect }) => {
    const cluster = createCluster([{ lbEndpoints: backends(unhealthy) }], { lbSubsetConfig: config });
    const reached = ASKED.map((metadataMatch) => digitsReached(cluster, metadataMatch));
    expect(reached.join(" ")).toBe(picks);
  });

  it("does with the extension what it does with lb_subset_config", ({ expect }) => {
    const typedConfig = {
      "@type": "type.googleapis.com/envoy.extensions.load_balancing_policies.subset.v3.Subset",
      subsetSelectors: BY_V,
      subsetLbPolicy: {
        policies: [
          {
            typedExtensionConfig: {
              name: "rr",
              typedConfig: {
                "@type": "type.googleapis.com/envoy.extensions.load_balancing_policies.round_robin.v3.RoundRobin",
              },
            },
          },
        ],
      },
    };
    const cluster = createCluster([{ lbEndpoints: backends([]) }], {
      loadBalancingPolicy: { policies: [{ typedExtensionConfig: { name: "subset", typedConfig } }] },
    });
    expect(tallyPicks(cluster, 4, { metadataMatch: { v: "1" } })).toEqual({ "127.0.0.1:80": 2, "127.0.0.1:81": 2 });
    expect(cluster.pick()).toBeUndefined();
  });

  it("counts subsets and what is picked from them", ({ expect }) => {
    const { store } = createLocalStats();
    const lbSubsetConfig = {
      fallbackPolicy: "DEFAULT_SUBSET",
      defaultSubset: { s: "nowhere" },
      panicModeAny: true,
      subsetSelectors: [{ keys: ["v"], singleHostPerSubset: true }],
    } as const;
    const cluster = createCluster([{ lbEndpoints: backends([]) }], { lbSubsetConfig }, { stats: store });
    const { subsetsActive, subsetsCreated, subsetsSingleHostDuplicate, ...counted } = createLbStats(
      store.scope("cluster.c"),
      "round robin",
    );
    tallyPicks(cluster, 3, { metadataMatch: { v: "1" } });
    tallyPicks(cluster, 2, { metadataMatch: { v: "9" } });
    expect([subsetsActive.value, subsetsCreated.value, subsetsSingleHostDuplicate.value]).toEqual([3, 3, 2]);
    const { subsetsSelected, subsetsFallback, subsetsFallbackPanic, subsetsRemoved } = counted;
    expect([subsetsSelected.value, subsetsFallback.value, subsetsFallbackPanic.value]).toEqual([3, 0, 2]);
    expect(subsetsRemoved.value).toBe(0);
  });

  it("removes a subset with its last host, and makes it again", ({ expect }) => {
    const { store } = createLocalStats();
    const metadata = { filterMetadata: { "envoy.lb": { v: "1" } } };
    const lbEndpoints = [endpointAt("a.example:80", { metadata })];
    const more = { type: "STRICT_DNS", lbSubsetConfig: { subsetSelectors: BY_V } } as const;
    const cluster = createCluster([{ lbEndpoints }], more, { stats: store });
    const stats = createLbStats(store.scope("cluster.c"), "round robin");
    const state = (): unknown => [
      stats.subsetsActive.value,
      stats.subsetsCreated.value,
      stats.subsetsRemoved.value,
      cluster.pick({ metadataMatch: { v: "1" } })?.address,
    ];
    cluster.applyResolution(0, ["10.0.0.1"]);
    expect(state()).toEqual([1, 1, 0, "10.0.0.1:80"]);
    cluster.applyResolution(0, []);
    expect(state()).toEqual([0, 1, 1, undefined]);
    cluster.applyResolution(0, ["10.0.0.2"]);
    expect(state()).toEqual([1, 2, 1, "10.0.0.2:80"]);
  });
});
