import type { UpstreamHost } from "../host/upstream-host.ts";
import type { LbSettings } from "./lb-settings.ts";
import type { Balancer, BalancerPorts } from "./lb/balancer.ts";
import { ConsistentBalancer } from "./lb/consistent-balancer.ts";
import { hasStatus } from "./lb/override-host.ts";
import { SpreadBalancer } from "./lb/spread-balancer.ts";
import { SubsetBalancer } from "./lb/subset-balancer.ts";
import type { LoadBalancerContext } from "./load-balancer-context.ts";

/** Chooses a host of a cluster for each request: the one that it asks for, or the one that the cluster's policy gives. */
export class LoadBalancer {
  readonly #settings: LbSettings;
  readonly #balancer: Balancer;
  #hosts: readonly UpstreamHost[] = [];
  /** By address; made when a request first asks for a host. */
  #byAddress: ReadonlyMap<string, UpstreamHost> | undefined;

  constructor(settings: LbSettings, ports: BalancerPorts) {
    this.#settings = settings;
    this.#balancer = createBalancer(settings, ports);
  }

  /** To be called again whenever a host comes, goes or changes its health. */
  setHosts(hosts: readonly UpstreamHost[]): void {
    this.#hosts = hosts;
    this.#byAddress = undefined;
    this.#balancer.setHosts(hosts);
  }

  /** `undefined` when no host may be used. */
  pick(context?: LoadBalancerContext): UpstreamHost | undefined {
    const wanted = context?.overrideHost;
    if (wanted === undefined) return this.#balancer.pick(context);
    const host = this.#find(wanted.address);
    if (host !== undefined && hasStatus(host, this.#settings.overrideStatuses)) return host;
    return wanted.strict ? undefined : this.#balancer.pick(context);
  }

  #find(address: string): UpstreamHost | undefined {
    this.#byAddress ??= new Map(this.#hosts.map((host) => [host.address, host]));
    return this.#byAddress.get(address);
  }
}

function createBalancer(settings: LbSettings, ports: BalancerPorts): Balancer {
  const { subset, ...rest } = settings;
  if (subset === undefined) return createPolicy(settings, ports);
  const isLocalityWeighted = settings.isLocalityWeighted && subset.isLocalityWeightAware;
  const within = { ...rest, isLocalityWeighted, subset: undefined };
  return new SubsetBalancer({
    settings: subset,
    stats: ports.stats,
    createBalancer: () => createPolicy(within, ports),
  });
}

function createPolicy(settings: LbSettings, ports: BalancerPorts): Balancer {
  const { policy } = settings;
  if (policy.kind !== "ring hash" && policy.kind !== "maglev") return new SpreadBalancer(settings, ports);
  return new ConsistentBalancer({ ...settings, policy }, ports);
}
