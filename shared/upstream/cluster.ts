import type { Clock } from "../host/clock.ts";
import type { RandomSource } from "../host/random-source.ts";
import type { UpstreamHost } from "../host/upstream-host.ts";
import { type Address, renderAddress } from "../net/address.ts";
import { parseIp, renderIp } from "../net/ip-address.ts";
import type { StatsScope } from "../stats/stats-scope.ts";
import { CircuitBreakers } from "./circuit-breakers.ts";
import { ClusterHost } from "./cluster-host.ts";
import { ClusterStats } from "./cluster-stats.ts";
import type { CompiledCluster } from "./compiled-cluster.ts";
import { OutlierDetector } from "./outlier/outlier-detector.ts";
import type { OutlierEvent } from "./outlier/outlier-event.ts";
import { OutlierStats } from "./outlier/outlier-stats.ts";
import type { OutlierThresholds } from "./outlier/success-rate-threshold.ts";
import { type Drop, drawDrop } from "./drop-overload.ts";
import { LoadBalancer } from "./load-balancer.ts";
import type { LoadBalancerContext } from "./load-balancer-context.ts";
import { createLbStats } from "./lb-stats.ts";
import type { RoutingPriority } from "../schema/envoy-types.ts";
import { healthByPriority } from "./lb/priority-levels.ts";
import type { PriorityHealth } from "./priority-load.ts";
import type { ResourceManager } from "./resource-manager.ts";

/** How endpoints with a DNS name become hosts: by the addresses that DNS gives, or as they are, to be connected to by name. */
export type NameUse = "resolve" | "connect by name";

export interface ClusterOptions {
  readonly info: CompiledCluster;
  readonly names: NameUse;
  readonly random: RandomSource;
  readonly clock: Clock;
  /** Called for every ejection by outlier detection, enforced or not, and every return. */
  readonly onOutlierEvent?: ((event: OutlierEvent) => void) | undefined;
  /** The root; `cluster.<name>.` is made below it. */
  readonly stats: StatsScope;
}

/**
 * A cluster as one thread sees it: its hosts, their balancing, its statistics. Lives as long as its configuration stays the same,
 * through every other change.
 */
export class Cluster {
  readonly info: CompiledCluster;
  readonly stats: ClusterStats;
  readonly #random: RandomSource;
  readonly #balancer: LoadBalancer;
  readonly #breakers: CircuitBreakers;
  readonly #detector: OutlierDetector | undefined;
  /** By endpoint; within one, by address. */
  readonly #members: (readonly ClusterHost[])[];
  #hosts: readonly ClusterHost[] = [];
  /** Made when it is asked for, anew after every change. */
  #priorityHealth: readonly PriorityHealth[] | undefined;

  constructor({ info, names, random, clock, stats, onOutlierEvent }: ClusterOptions) {
    this.info = info;
    this.#random = random;
    const scope = stats.scope(`cluster.${info.statName}`);
    const clusterStats = new ClusterStats(scope);
    this.stats = clusterStats;
    this.#breakers = new CircuitBreakers(info.circuitBreakers, scope);
    this.#detector =
      info.outlierDetection &&
      new OutlierDetector({
        settings: info.outlierDetection,
        clock,
        random,
        stats: new OutlierStats(scope),
        onHealthChange: () => this.#onHealthChange(),
        onEvent: onOutlierEvent,
      });
    this.#balancer = new LoadBalancer(info.lb, {
      random,
      clock,
      stats: createLbStats(scope, info.lb.policy.kind),
      activeRequests: () => clusterStats.rqActive.value,
    });
    this.#members = info.endpoints.map((endpoint) => {
      const isKnown = endpoint.address.kind !== "name" || names === "connect by name";
      return isKnown ? [new ClusterHost(endpoint, endpoint.address)] : [];
    });
    this.#rebuild();
  }

  /** All members, whatever their health. */
  get hosts(): readonly UpstreamHost[] {
    return this.#hosts;
  }

  /** The host for the next request or connection, as `context` wants it; `undefined` when there is none that may be used. */
  pick(context?: LoadBalancerContext): UpstreamHost | undefined {
    this.#detector?.advance();
    return this.#balancer.pick(context);
  }

  /** How each priority does. The same object as long as nothing changes. */
  priorityHealth(): readonly PriorityHealth[] {
    this.#detector?.advance();
    this.#priorityHealth ??= healthByPriority(this.#hosts);
    return this.#priorityHealth;
  }

  /** Whether the next request is refused before anything else, as the configuration wants of a share of them. */
  drop(): Drop | undefined {
    return drawDrop(this.info.dropOverload, this.#random);
  }

  /** The limits for requests of one routing priority, and how much of them is in use. */
  resources(priority: RoutingPriority): ResourceManager {
    return this.#breakers.resources(priority);
  }

  /** What outlier detection found in the last interval; `undefined` if it is off. */
  outlierThresholds(): OutlierThresholds | undefined {
    const detector = this.#detector;
    return detector && { external: detector.thresholds("external"), local: detector.thresholds("local") };
  }

  /**
   * Makes IP addresses the members of an endpoint that has a name. A host whose address stays keeps its object. A logical DNS
   * cluster uses the first address only, and keeps what it has when there is none.
   */
  applyResolution(endpointIndex: number, addresses: readonly string[]): void {
    const endpoint = this.info.endpoints[endpointIndex];
    const before = this.#members[endpointIndex];
    if (endpoint?.address.kind !== "name" || before === undefined) return;
    const isLogical = this.info.discovery === "LOGICAL_DNS";
    if (isLogical && addresses.length === 0) return;
    const { port } = endpoint.address;
    const wanted = new Map(
      addresses.slice(0, isLogical ? 1 : undefined).map((host) => {
        const target: Address = { kind: "ip", host: canonicalIp(host), port };
        return [renderAddress(target), target];
      }),
    );
    const known = new Map(before.map((host) => [host.address, host]));
    const after = [...wanted].map(([address, target]) => known.get(address) ?? new ClusterHost(endpoint, target));
    if (after.length === before.length && after.every((host) => known.get(host.address) === host)) return;
    this.#members[endpointIndex] = after;
    this.stats.membershipChange.inc();
    this.#rebuild();
  }

  #rebuild(): void {
    this.#hosts = this.#members.flat();
    this.#detector?.setHosts(this.#hosts);
    this.stats.membershipTotal.set(this.#hosts.length);
    this.#onHealthChange();
  }

  #onHealthChange(): void {
    this.#priorityHealth = undefined;
    this.#balancer.setHosts(this.#hosts);
    const { membershipHealthy, membershipDegraded, membershipExcluded } = this.stats;
    membershipHealthy.set(this.#hosts.filter(({ health }) => health === "healthy").length);
    membershipDegraded.set(this.#hosts.filter(({ health }) => health === "degraded").length);
    membershipExcluded.set(this.#hosts.filter(({ isExcluded }) => isExcluded).length);
  }
}

/** Resolvers may write an IPv6 address in several ways; one address is one host. */
function canonicalIp(text: string): string {
  const ip = parseIp(text);
  return ip === undefined ? text : renderIp(ip);
}
