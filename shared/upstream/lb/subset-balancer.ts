import type { HostMetadata, UpstreamHost } from "../../host/upstream-host.ts";
import type { SubsetFallback, SubsetSelector, SubsetSettings } from "../lb-settings.ts";
import type { LoadBalancerContext } from "../load-balancer-context.ts";
import type { LbStats } from "../lb-stats.ts";
import type { Balancer } from "./balancer.ts";
import { scaledLocalityWeights } from "./localities.ts";
import { SingleHostSubset } from "./single-host-subset.ts";
import { hasMetadata, subsetKey, subsetKeysOf } from "./subset-key.ts";

/** A request's own list of criteria that are tried in turn. */
const FALLBACK_LIST = "fallback_list";

type Criteria = HostMetadata[string];

const ANYTHING: Criteria = {};

export interface SubsetBalancerOptions {
  readonly settings: SubsetSettings;
  readonly stats: LbStats;
  /** Makes the balancer of one subset. */
  readonly createBalancer: () => Balancer;
}

interface Subset {
  readonly balancer: Balancer;
  isActive: boolean;
}

/**
 * Groups hosts by their metadata and balances a request among those that have what its route asks for, with fallbacks where there
 * are none. Source: Envoy `SubsetLoadBalancer`.
 */
export class SubsetBalancer implements Balancer {
  readonly #options: SubsetBalancerOptions;
  readonly #subsets = new Map<string, Subset>();
  readonly #any: Balancer;
  readonly #default: Balancer;
  /** By what is asked: a route asks with the same object each time. */
  readonly #keys = new WeakMap<Criteria, string>();
  /** By the sorted keys of the selector. */
  readonly #selectors: ReadonlyMap<string, SubsetSelector>;

  constructor(options: SubsetBalancerOptions) {
    this.#options = options;
    this.#any = options.createBalancer();
    this.#default = options.createBalancer();
    this.#selectors = new Map(options.settings.selectors.map((selector) => [JSON.stringify(selector.keys), selector]));
  }

  setHosts(hosts: readonly UpstreamHost[]): void {
    const { defaultSubset, listAsAny } = this.#options.settings;
    this.#any.setHosts(hosts);
    this.#setSubset(
      this.#default,
      hosts.filter((host) => hasMetadata(host, defaultSubset, listAsAny)),
      hosts,
    );
    const wanted = new Set<string>();
    let duplicates = 0;
    for (const selector of this.#selectors.values()) {
      for (const [key, members] of this.#group(hosts, selector)) {
        wanted.add(key);
        this.#update(key, selector, members, hosts);
        if (selector.isSingleHost) duplicates += members.length - 1;
      }
    }
    for (const [key, subset] of this.#subsets) if (!wanted.has(key)) this.#empty(subset);
    this.#options.stats.subsetsSingleHostDuplicate.set(duplicates);
  }

  pick(context?: LoadBalancerContext): UpstreamHost | undefined {
    const criteria = context?.metadataMatch;
    const list = this.#options.settings.usesFallbackList ? criteria?.[FALLBACK_LIST] : undefined;
    if (!Array.isArray(list) || context === undefined || criteria === undefined) return this.#pick(context);
    const { [FALLBACK_LIST]: _, ...rest } = criteria;
    return this.#pickByList({ ...context, metadataMatch: rest }, list);
  }

  /** Each of the list adds to what the request asks for anyway; the first that gives a host is taken. */
  #pickByList(context: LoadBalancerContext, list: readonly unknown[]): UpstreamHost | undefined {
    if (list.length === 0) return this.#pick(context);
    for (const each of list) {
      const more = isObject(each) ? each : {};
      const host = this.#pick({ ...context, metadataMatch: { ...context.metadataMatch, ...more } });
      if (host !== undefined) return host;
    }
    return undefined;
  }

  #pick(context: LoadBalancerContext | undefined): UpstreamHost | undefined {
    const { stats } = this.#options;
    const criteria = context?.metadataMatch ?? ANYTHING;
    const subset = this.#subsets.get(this.#keyOf(criteria));
    if (subset?.isActive) {
      stats.subsetsSelected.inc();
      return subset.balancer.pick(context);
    }
    const selector = this.#selectors.get(JSON.stringify(Object.keys(criteria).sort()));
    if (selector?.fallback !== undefined && context !== undefined) return this.#fallBackBySelector(selector, context);
    return this.#fallBack(context);
  }

  #keyOf(criteria: Criteria): string {
    const known = this.#keys.get(criteria);
    if (known !== undefined) return known;
    const key = subsetKey(Object.entries(criteria));
    this.#keys.set(criteria, key);
    return key;
  }

  #fallBackBySelector(selector: SubsetSelector, context: LoadBalancerContext): UpstreamHost | undefined {
    if (selector.fallback !== "KEYS_SUBSET") return this.#fallbackSubset(selector.fallback)?.pick(context);
    const kept = Object.entries(context.metadataMatch ?? {}).filter(([key]) => selector.fallbackKeys.has(key));
    return this.#pick({ ...context, metadataMatch: Object.fromEntries(kept) });
  }

  #fallBack(context: LoadBalancerContext | undefined): UpstreamHost | undefined {
    const { settings, stats } = this.#options;
    const balancer = this.#fallbackSubset(settings.fallback);
    if (balancer === undefined) return undefined;
    const host = balancer.pick(context);
    if (host !== undefined) {
      stats.subsetsFallback.inc();
      return host;
    }
    const any = settings.panicModeAny ? this.#any.pick(context) : undefined;
    if (any !== undefined) stats.subsetsFallbackPanic.inc();
    return any;
  }

  #fallbackSubset(fallback: SubsetFallback | undefined): Balancer | undefined {
    if (fallback === "ANY_ENDPOINT") return this.#any;
    return fallback === "DEFAULT_SUBSET" ? this.#default : undefined;
  }

  #group(hosts: readonly UpstreamHost[], { keys }: SubsetSelector): Map<string, UpstreamHost[]> {
    const groups = new Map<string, UpstreamHost[]>();
    for (const host of hosts) {
      for (const key of subsetKeysOf(host, keys, this.#options.settings.listAsAny)) {
        const group = groups.get(key);
        if (group === undefined) groups.set(key, [host]);
        else group.push(host);
      }
    }
    return groups;
  }

  #update(
    key: string,
    selector: SubsetSelector,
    members: readonly UpstreamHost[],
    hosts: readonly UpstreamHost[],
  ): void {
    const { stats, createBalancer } = this.#options;
    const balancer = selector.isSingleHost ? new SingleHostSubset() : createBalancer();
    const subset = this.#subsets.get(key) ?? { balancer, isActive: false };
    if (!subset.isActive) {
      stats.subsetsCreated.inc();
      stats.subsetsActive.inc();
    }
    subset.isActive = true;
    this.#subsets.set(key, subset);
    this.#setSubset(subset.balancer, members, hosts);
  }

  #setSubset(balancer: Balancer, members: readonly UpstreamHost[], hosts: readonly UpstreamHost[]): void {
    const { scalesLocalityWeight } = this.#options.settings;
    if (scalesLocalityWeight) balancer.setHosts(members, scaledLocalityWeights(members, hosts));
    else balancer.setHosts(members);
  }

  #empty(subset: Subset): void {
    if (!subset.isActive) return;
    subset.isActive = false;
    subset.balancer.setHosts([]);
    this.#options.stats.subsetsRemoved.inc();
    this.#options.stats.subsetsActive.dec();
  }
}

function isObject(value: unknown): value is Criteria {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
