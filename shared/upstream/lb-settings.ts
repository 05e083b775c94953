import type { EdsStatus } from "../host/upstream-host.ts";

/** How a cluster balances, from `lb_policy` with its `…_lb_config`, or from `load_balancing_policy`. Defaults are filled in. */
export interface LbSettings {
  readonly policy: LbPolicy;
  /** How much more than its share a priority can take, in percent (`overprovisioning_factor`). */
  readonly overprovisioningPercent: number;
  /** Below this share of hosts that are not unhealthy, all are used (`healthy_panic_threshold`). 0 is never. */
  readonly panicThresholdPercent: number;
  /** In a panic no host is given, rather than any (`fail_traffic_on_panic`). */
  readonly failsOnPanic: boolean;
  /** Localities get requests by their weight, and by how many of their hosts are of use. */
  readonly isLocalityWeighted: boolean;
  readonly subset: SubsetSettings | undefined;
  /** Of these, a host that is asked for by address is given (`override_host_status`). */
  readonly overrideStatuses: ReadonlySet<EdsStatus>;
}

export type LbPolicy =
  | { readonly kind: "round robin"; readonly slowStart: SlowStartSettings | undefined }
  | LeastRequestSettings
  | { readonly kind: "random" }
  | RingHashSettings
  | MaglevSettings;

export interface LeastRequestSettings {
  readonly kind: "least request";
  readonly choiceCount: number;
  readonly isFullScan: boolean;
  /** With unequal weights, a host counts for `weight / (active requests + 1) ** activeRequestBias`. */
  readonly activeRequestBias: number;
  readonly slowStart: SlowStartSettings | undefined;
}

export interface SlowStartSettings {
  readonly windowMs: number;
  readonly aggression: number;
  /** The least share of its weight that a new host has, 0 to 1. */
  readonly minWeightShare: number;
}

export interface RingHashSettings {
  readonly kind: "ring hash";
  readonly hashFunction: "xxhash" | "murmurhash2";
  readonly minRingSize: number;
  readonly maxRingSize: number;
  readonly hashing: HashingSettings;
}

export interface MaglevSettings {
  readonly kind: "maglev";
  /** A prime. */
  readonly tableSize: number;
  readonly hashing: HashingSettings;
}

/** What balancers that hash have in common (`consistent_hashing_lb_config`). */
export interface HashingSettings {
  readonly usesHostname: boolean;
  /** How much more than its share of the active requests a host may have, in percent, 100 or more; absent: any number. */
  readonly balanceFactor: number | undefined;
}

export type SubsetFallback = "NO_FALLBACK" | "ANY_ENDPOINT" | "DEFAULT_SUBSET";

/** `lb_subset_config`. */
export interface SubsetSettings {
  readonly fallback: SubsetFallback;
  readonly defaultSubset: Readonly<Record<string, unknown>>;
  /** No two with the same keys. */
  readonly selectors: readonly SubsetSelector[];
  readonly isLocalityWeightAware: boolean;
  readonly scalesLocalityWeight: boolean;
  readonly panicModeAny: boolean;
  readonly listAsAny: boolean;
  /** Whether a request's `fallback_list` is tried in turn. */
  readonly usesFallbackList: boolean;
}

export interface SubsetSelector {
  /** Sorted, each once. */
  readonly keys: readonly string[];
  readonly isSingleHost: boolean;
  /** `undefined`: that of all. */
  readonly fallback: SubsetFallback | "KEYS_SUBSET" | undefined;
  /** For `KEYS_SUBSET`. */
  readonly fallbackKeys: ReadonlySet<string>;
}
