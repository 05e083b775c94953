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
 *
 * The place is drawn with the first pick and not before: a Worker gives no random numbers while it starts.
 */
class RoundRobinPicker implements HostPicker {
  readonly #random: RandomSource;
  #seed: number | undefined;
  #picks = 0;
  #hosts: readonly UpstreamHost[] = [];
  #isUneven = false;
  #scheduler: EdfScheduler<UpstreamHost> | undefined;

  constructor(random: RandomSource) {
    this.#random = random;
  }

  setHosts(hosts: readonly UpstreamHost[]): void {
    this.#hosts = hosts;
    this.#isUneven = hosts.some(({ weight }) => weight !== hosts[0]?.weight);
    this.#scheduler = undefined;
  }

  pick(): UpstreamHost | undefined {
    const hosts = this.#hosts;
    if (hosts.length < 2) return hosts[0];
    this.#seed ??= this.#random.uint32();
    if (this.#isUneven) {
      this.#scheduler ??= createSchedule(hosts, this.#seed);
      return this.#scheduler.pick();
    }
    const at = (this.#seed + this.#picks) % hosts.length;
    this.#picks += 1;
    return hosts[at];
  }
}

/** After as many picks as the weights add up to, a schedule begins anew: there is no need to begin further on. */
function createSchedule(hosts: readonly UpstreamHost[], seed: number): EdfScheduler<UpstreamHost> {
  const totalWeight = hosts.reduce((sum, { weight }) => sum + weight, 0);
  return new EdfScheduler(hosts, seed % totalWeight);
}
