import type { RandomSource } from "../host/random-source.ts";
import type { LbPolicy } from "./compiled-cluster.ts";
import { EdfScheduler } from "./edf-scheduler.ts";
import type { UpstreamHost } from "../host/upstream-host.ts";

/** Picks among hosts of equal standing: one priority, one kind of health. */
export interface HostPicker {
  /** What it knows of the past holds as far as it can. */
  setHosts(hosts: readonly UpstreamHost[]): void;
  pick(): UpstreamHost | undefined;
}

export function createHostPicker(policy: LbPolicy, random: RandomSource): HostPicker {
  return policy === "RANDOM" ? new RandomPicker(random) : new RoundRobinPicker(random);
}

/** Uniform, whatever the weights. Source: Envoy `RandomLoadBalancer`. */
class RandomPicker implements HostPicker {
  readonly #random: RandomSource;
  #hosts: readonly UpstreamHost[] = [];

  constructor(random: RandomSource) {
    this.#random = random;
  }

  setHosts(hosts: readonly UpstreamHost[]): void {
    this.#hosts = hosts;
  }

  pick(): UpstreamHost | undefined {
    const hosts = this.#hosts;
    return hosts.length < 2 ? hosts[0] : hosts[this.#random.uint32() % hosts.length];
  }
}

/**
 * In turn from a random place: the place survives changes of the hosts. Unequal weights are scheduled by deadline. Source: Envoy
 * `RoundRobinLoadBalancer`.
 */
class RoundRobinPicker implements HostPicker {
  readonly #seed: number;
  #next: number;
  #hosts: readonly UpstreamHost[] = [];
  #scheduler: EdfScheduler<UpstreamHost> | undefined;

  constructor(random: RandomSource) {
    this.#seed = random.uint32();
    this.#next = this.#seed;
  }

  setHosts(hosts: readonly UpstreamHost[]): void {
    this.#hosts = hosts;
    const isUneven = hosts.some(({ weight }) => weight !== hosts[0]?.weight);
    const totalWeight = hosts.reduce((sum, { weight }) => sum + weight, 0);
    // After as many picks as the weights add up to, the schedule begins anew.
    this.#scheduler = isUneven ? new EdfScheduler(hosts, this.#seed % totalWeight) : undefined;
  }

  pick(): UpstreamHost | undefined {
    if (this.#scheduler !== undefined) return this.#scheduler.pick();
    const hosts = this.#hosts;
    const at = hosts.length === 0 ? 0 : this.#next % hosts.length;
    this.#next = (this.#next + 1) % Number.MAX_SAFE_INTEGER;
    return hosts[at];
  }
}
