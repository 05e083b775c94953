import { describe, it } from "vitest";
import type { AnyMessage, Cluster as ClusterConfig, LoadBalancingPolicy } from "../../../shared/schema/envoy-types.ts";
import type { LbSettings } from "../../../shared/upstream/lb-settings.ts";
import { compiledCluster, compileSample } from "../../support/sample-cluster.ts";

type Fields = Omit<AnyMessage, "@type">;

const POLICIES = "type.googleapis.com/envoy.extensions.load_balancing_policies.";
const policy = (type: string, fields: Fields = {}): LoadBalancingPolicy => ({
  policies: [{ typedExtensionConfig: { name: type, typedConfig: { "@type": `${POLICIES}${type}`, ...fields } } }],
});
const lbOf = (config: ClusterConfig): LbSettings => compiledCluster({ name: "c", ...config }).lb;
const RR = "round_robin.v3.RoundRobin";
const NO_HASHING = { usesHostname: false, balanceFactor: undefined };

describe("compileLb", () => {
  it("fills in Envoy's defaults of each policy", ({ expect }) => {
    const policyOf = (lbPolicy: NonNullable<ClusterConfig["lbPolicy"]>): LbSettings["policy"] =>
      lbOf({ lbPolicy }).policy;
    expect(lbOf({}).policy).toEqual({ kind: "round robin", slowStart: undefined });
    expect(policyOf("LEAST_REQUEST")).toEqual({
      kind: "least request",
      choiceCount: 2,
      isFullScan: false,
      activeRequestBias: 1,
      slowStart: undefined,
    });
    expect(policyOf("RING_HASH")).toEqual({
      kind: "ring hash",
      hashFunction: "xxhash",
      minRingSize: 1024,
      maxRingSize: 8388608,
      hashing: NO_HASHING,
    });
    expect(policyOf("MAGLEV")).toEqual({ kind: "maglev", tableSize: 65537, hashing: NO_HASHING });
    expect(policyOf("RANDOM")).toEqual({ kind: "random" });
  });

  it("reads slow start, with Envoy's 1 for an aggression that is none", ({ expect }) => {
    const slowStartOf = (slowStartConfig: object): unknown => lbOf({ roundRobinLbConfig: { slowStartConfig } }).policy;
    expect(slowStartOf({ slowStartWindow: "30s" })).toEqual({
      kind: "round robin",
      slowStart: { windowMs: 30_000, aggression: 1, minWeightShare: 0.1 },
    });
    const said = { slowStartWindow: "30s", aggression: { defaultValue: 2.5 }, minWeightPercent: {} };
    expect(slowStartOf(said)).toMatchObject({ slowStart: { aggression: 2.5, minWeightShare: 0 } });
    expect(slowStartOf({ ...said, aggression: { runtimeKey: "x" } })).toMatchObject({ slowStart: { aggression: 1 } });
    expect(slowStartOf({})).toEqual({ kind: "round robin", slowStart: undefined });
  });

  it("reads what all policies have in common", ({ expect }) => {
    const commonLbConfig = {
      healthyPanicThreshold: { value: 20 },
      zoneAwareLbConfig: { failTrafficOnPanic: true },
      overrideHostStatus: { statuses: ["HEALTHY"] },
    } as const;
    expect(lbOf({ commonLbConfig })).toMatchObject({
      panicThresholdPercent: 20,
      failsOnPanic: true,
      isLocalityWeighted: false,
      overrideStatuses: new Set(["HEALTHY"]),
    });
    expect(lbOf({ commonLbConfig: { localityWeightedLbConfig: {} } }).isLocalityWeighted).toBe(true);
    expect(lbOf({ commonLbConfig: { overrideHostStatus: {} } }).overrideStatuses).toEqual(new Set());
  });

  it("takes load_balancing_policy before lb_policy", ({ expect }) => {
    const lb = lbOf({
      lbPolicy: "RANDOM",
      loadBalancingPolicy: policy("least_request.v3.LeastRequest", {
        choiceCount: 3,
        activeRequestBias: { defaultValue: 0.5, runtimeKey: "x" },
        selectionMethod: "FULL_SCAN",
        localityLbConfig: { localityWeightedLbConfig: {} },
      }),
    });
    expect(lb).toMatchObject({
      policy: { kind: "least request", choiceCount: 3, isFullScan: true, activeRequestBias: 0.5 },
      isLocalityWeighted: true,
    });
  });

  it("reads every extension that is implemented", ({ expect }) => {
    const settings = (type: string, fields: Fields): LbSettings => lbOf({ loadBalancingPolicy: policy(type, fields) });
    expect(settings(RR, { localityLbConfig: { zoneAwareLbConfig: { failTrafficOnPanic: true } } }).failsOnPanic).toBe(
      true,
    );
    expect(settings("random.v3.Random", {}).policy).toEqual({ kind: "random" });
    expect(
      settings("ring_hash.v3.RingHash", { hashFunction: "MURMUR_HASH_2", hashBalanceFactor: 120 }).policy,
    ).toMatchObject({
      hashFunction: "murmurhash2",
      hashing: { balanceFactor: 120 },
    });
    const maglev = {
      tableSize: "7",
      localityWeightedLbConfig: {},
      consistentHashingLbConfig: { hashBalanceFactor: 150 },
    };
    expect(settings("maglev.v3.Maglev", maglev)).toMatchObject({
      policy: { kind: "maglev", tableSize: 7, hashing: { balanceFactor: 150 } },
      isLocalityWeighted: true,
    });
    const subset = { subsetSelectors: [{ keys: ["b", "a"] }], subsetLbPolicy: policy("random.v3.Random") };
    expect(settings("subset.v3.Subset", subset)).toMatchObject({
      policy: { kind: "random" },
      subset: { fallback: "NO_FALLBACK", selectors: [{ keys: ["a", "b"], fallback: undefined }] },
    });
  });

  const KEYS_SUBSET = "KEYS_SUBSET";
  const selector = (fields: Fields): ClusterConfig => ({
    lbSubsetConfig: { subsetSelectors: [{ keys: ["a", "b"], ...fields }] },
  });
  // The messages are those of Envoy 1.39, but for what it implements and Nuncio does not.
  const refused: readonly (readonly [name: string, config: ClusterConfig, problem: string])[] = [
    [
      "a ring whose least size is above its greatest",
      { lbPolicy: "RING_HASH", ringHashLbConfig: { maximumRingSize: "10" } },
      "ring_hash_lb_config.minimum_ring_size: ring hash: minimum_ring_size (1024) > maximum_ring_size (10) [cluster.lb]",
    ],
    [
      "a Maglev table of a size that is no prime",
      { lbPolicy: "MAGLEV", maglevLbConfig: { tableSize: "10" } },
      "maglev_lb_config.table_size: The table size of maglev must be prime number [cluster.lb]",
    ],
    [
      "hashing by name where DNS finds no names",
      { lbPolicy: "RING_HASH", commonLbConfig: { consistentHashingLbConfig: { useHostnameForHashing: true } } },
      "common_lb_config.consistent_hashing_lb_config.use_hostname_for_hashing: Cannot use hostname for consistent hashing " +
        "loadbalancing for cluster of type: 'envoy.cluster.static' [cluster.lb]",
    ],
    [
      "a policy of the extensions without one",
      { lbPolicy: "LOAD_BALANCING_POLICY_CONFIG" },
      "load_balancing_policy: cluster: field load_balancing_policy need to be set [cluster.lb]",
    ],
    [
      "an empty list of policies",
      { loadBalancingPolicy: {} },
      "load_balancing_policy: cluster: didn't find a registered load balancer factory [cluster.lb]",
    ],
    [
      "subsets in two places",
      { loadBalancingPolicy: policy(RR), lbSubsetConfig: {} },
      "load_balancing_policy: cluster: load_balancing_policy cannot be combined with lb_subset_config [cluster.lb]",
    ],
    [
      "localities in two places",
      { loadBalancingPolicy: policy(RR), commonLbConfig: { localityWeightedLbConfig: {} } },
      "load_balancing_policy: cluster: load_balancing_policy cannot be combined with partial fields (zone_aware_lb_config, " +
        "locality_weighted_lb_config, consistent_hashing_lb_config) of common_lb_config [cluster.lb]",
    ],
    [
      "subsets that weigh localities that have no weight",
      { lbSubsetConfig: { subsetSelectors: [{ keys: ["a"] }], localityWeightAware: true } },
      "lb_subset_config.locality_weight_aware: Locality weight aware subset LB requires that a locality_weighted_lb_config be " +
        "set in c [cluster.lb]",
    ],
    [
      "a fallback to no keys",
      selector({ fallbackPolicy: KEYS_SUBSET }),
      "lb_subset_config.subset_selectors[0]: fallback_keys_subset cannot be empty [cluster.lb]",
    ],
    [
      "a fallback to other keys",
      selector({ fallbackPolicy: KEYS_SUBSET, fallbackKeysSubset: ["c"] }),
      "lb_subset_config.subset_selectors[0]: fallback_keys_subset must be a subset of selector keys [cluster.lb]",
    ],
    [
      "a fallback to the same keys",
      selector({ fallbackPolicy: KEYS_SUBSET, fallbackKeysSubset: ["b", "a"] }),
      "lb_subset_config.subset_selectors[0]: fallback_keys_subset cannot be equal to keys [cluster.lb]",
    ],
    [
      "keys for another fallback",
      selector({ fallbackPolicy: "ANY_ENDPOINT", fallbackKeysSubset: ["b"] }),
      "lb_subset_config.subset_selectors[0]: fallback_keys_subset can be set only for KEYS_SUBSET fallback_policy [cluster.lb]",
    ],
    [
      "a policy of the extensions that is not implemented",
      { loadBalancingPolicy: policy("override_host.v3.OverrideHost") },
      "load_balancing_policy.policies[0].typed_extension_config.typed_config: load balancing policy OverrideHost is not " +
        "implemented [config.unsupported]",
    ],
    [
      "subsets of subsets",
      {
        loadBalancingPolicy: policy("subset.v3.Subset", {
          subsetLbPolicy: policy("subset.v3.Subset", { subsetLbPolicy: policy(RR) }),
        }),
      },
      "load_balancing_policy.policies[0].typed_extension_config.typed_config.subset_lb_policy: subsets of subsets are not " +
        "implemented [config.unsupported]",
    ],
  ];
  it.for(refused)("refuses %s", ([, config, problem], { expect }) => {
    const { compiled, problems } = compileSample({ name: "c", ...config });
    expect(compiled).toBeUndefined();
    expect(problems).toEqual([`clusters[0].${problem}`]);
  });
});
