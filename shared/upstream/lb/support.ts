import { approximated, everyField, ignored, type MessageSupport, support, unsupported } from "../../config/support.ts";

const PER_ISOLATE = {
  edge: approximated("each isolate takes turns, and counts active requests, for itself"),
  node: "supported",
} as const;
const NO_LOCAL_CLUSTER = ignored("Envoy does not route by zone either where it has no local cluster");
const NOT_FROM_HERE = unsupported("hash policies are read from the route");
const EXTENSIONS = "envoy.extensions.load_balancing_policies";
const HASH_FIELDS = everyField(["useHostnameForHashing", "hashBalanceFactor"], "supported");
const LOCALITY = { localityLbConfig: "supported" } as const;
const SLOW_START = {
  slowStartConfig: { edge: approximated("to a new isolate every host is new"), node: "supported" },
} as const;
const SELECTOR = everyField(["keys", "singleHostPerSubset", "fallbackPolicy", "fallbackKeysSubset"], "supported");
const SUBSETS = everyField(
  [
    "fallbackPolicy",
    "defaultSubset",
    "subsetSelectors",
    "localityWeightAware",
    "scaleLocalityWeight",
    "panicModeAny",
    "listAsAny",
    "metadataFallbackPolicy",
  ],
  "supported",
);
const slowStartFields = everyField(["slowStartWindow", "aggression", "minWeightPercent"], "supported");

/** What becomes of the fields that say how a cluster balances. */
export const lbSupport: readonly MessageSupport[] = [
  support("envoy.config.cluster.v3.Cluster.RoundRobinLbConfig", SLOW_START),
  support("envoy.config.cluster.v3.Cluster.LeastRequestLbConfig", {
    choiceCount: PER_ISOLATE,
    activeRequestBias: PER_ISOLATE,
    ...SLOW_START,
  }),
  support("envoy.config.cluster.v3.Cluster.SlowStartConfig", slowStartFields),
  support(
    "envoy.config.cluster.v3.Cluster.RingHashLbConfig",
    everyField(["minimumRingSize", "maximumRingSize", "hashFunction"], "supported"),
  ),
  support("envoy.config.cluster.v3.Cluster.MaglevLbConfig", { tableSize: "supported" }),
  support("envoy.config.cluster.v3.Cluster.CommonLbConfig", {
    healthyPanicThreshold: "supported",
    zoneAwareLbConfig: "supported",
    localityWeightedLbConfig: "supported",
    updateMergeWindow: ignored("each change of members or health is applied at once: there are few"),
    ignoreNewHostsUntilFirstHc: ignored("there are no active health checks that it could change"),
    closeConnectionsOnHostSetChange: unsupported("connections stay open when hosts come and go"),
    consistentHashingLbConfig: "supported",
    overrideHostStatus: "supported",
  }),
  support("envoy.config.core.v3.HealthStatusSet", { statuses: "supported" }),
  support("envoy.config.cluster.v3.Cluster.CommonLbConfig.ZoneAwareLbConfig", {
    routingEnabled: NO_LOCAL_CLUSTER,
    minClusterSize: NO_LOCAL_CLUSTER,
    failTrafficOnPanic: "supported",
  }),
  support("envoy.config.cluster.v3.Cluster.CommonLbConfig.LocalityWeightedLbConfig", {}),
  support("envoy.config.cluster.v3.Cluster.CommonLbConfig.ConsistentHashingLbConfig", HASH_FIELDS),
  support("envoy.config.cluster.v3.Cluster.LbSubsetConfig", SUBSETS),
  support("envoy.config.cluster.v3.Cluster.LbSubsetConfig.LbSubsetSelector", SELECTOR),
  support("envoy.config.core.v3.RuntimeDouble", {
    defaultValue: "supported",
    runtimeKey: "supported",
  }),
  support("envoy.config.cluster.v3.LoadBalancingPolicy", { policies: "supported" }),
  support("envoy.config.cluster.v3.LoadBalancingPolicy.Policy", { typedExtensionConfig: "supported" }),
  support(`${EXTENSIONS}.round_robin.v3.RoundRobin`, { ...SLOW_START, ...LOCALITY }),
  support(`${EXTENSIONS}.least_request.v3.LeastRequest`, {
    choiceCount: PER_ISOLATE,
    activeRequestBias: PER_ISOLATE,
    enableFullScan: PER_ISOLATE,
    selectionMethod: PER_ISOLATE,
    ...SLOW_START,
    ...LOCALITY,
  }),
  support(`${EXTENSIONS}.random.v3.Random`, LOCALITY),
  support(`${EXTENSIONS}.ring_hash.v3.RingHash`, {
    ...everyField(["hashFunction", "minimumRingSize", "maximumRingSize"], "supported"),
    ...HASH_FIELDS,
    consistentHashingLbConfig: "supported",
    localityWeightedLbConfig: "supported",
  }),
  support(
    `${EXTENSIONS}.maglev.v3.Maglev`,
    everyField(["tableSize", "consistentHashingLbConfig", "localityWeightedLbConfig"], "supported"),
  ),
  support(`${EXTENSIONS}.subset.v3.Subset`, {
    ...SUBSETS,
    allowRedundantKeys: unsupported("a request has to ask for exactly the keys of a selector"),
    subsetLbPolicy: "supported",
  }),
  support(`${EXTENSIONS}.subset.v3.Subset.LbSubsetSelector`, SELECTOR),
  support(`${EXTENSIONS}.common.v3.SlowStartConfig`, slowStartFields),
  support(`${EXTENSIONS}.common.v3.ConsistentHashingLbConfig`, { ...HASH_FIELDS, hashPolicy: NOT_FROM_HERE }),
  support(`${EXTENSIONS}.common.v3.LocalityLbConfig`, {
    zoneAwareLbConfig: "supported",
    localityWeightedLbConfig: "supported",
  }),
  support(`${EXTENSIONS}.common.v3.LocalityLbConfig.LocalityWeightedLbConfig`, {}),
  support(`${EXTENSIONS}.common.v3.LocalityLbConfig.ZoneAwareLbConfig`, {
    routingEnabled: NO_LOCAL_CLUSTER,
    minClusterSize: NO_LOCAL_CLUSTER,
    failTrafficOnPanic: "supported",
    forceLocalityDirectRouting: NO_LOCAL_CLUSTER,
    forceLocalZone: NO_LOCAL_CLUSTER,
    localityBasis: NO_LOCAL_CLUSTER,
  }),
];
