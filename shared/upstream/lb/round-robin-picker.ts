import type { RandomSource } from "../../host/random-source.ts";
import type { UpstreamHost } from "../../host/upstream-host.ts";
import type { HostPicker } from "./host-picker.ts";
import type { SlowStart } from "./slow-start.ts";
import { createFixedTurns, createLiveTurns, haveEqualWeights, type WeightedTurns } from "./weighted-turns.ts";

/**
 * In turn from a random place: the place survives changes of the hosts. Unequal weights, and hosts that start slowly, are
 * scheduled by deadline. Source: Envoy `RoundRobinLoadBalancer`.
 *
 * The place is drawn with the first pick and not before: a Worker gives no random numbers while it starts.
 */
export class RoundRobinPicker implements HostPicker {
  readonly #random: RandomSource;
  readonly #slowStart: SlowStart | undefined;
  #seed: number | undefined;
  #picks = 0;
  #hosts: readonly UpstreamHost[] = [];
  #plan: "in turn" | "by weight" | "slow start" = "in turn";
  #turns: WeightedTurns | undefined;

  constructor(random: RandomSource, slowStart?: SlowStart) {
    this.#random = random;
    this.#slowStart = slowStart;
  }

  setHosts(hosts: readonly UpstreamHost[]): void {
    this.#hosts = hosts;
    this.#turns = undefined;
    if (this.#slowStart?.isActive()) this.#plan = "slow start";
    else this.#plan = haveEqualWeights(hosts) ? "in turn" : "by weight";
  }

  pick(): UpstreamHost | undefined {
    const hosts = this.#hosts;
    if (hosts.length < 2) return hosts[0];
    this.#seed ??= this.#random.uint32();
    if (this.#plan !== "in turn") {
      this.#turns ??= this.#createTurns(hosts, this.#seed);
      return this.#turns.pick();
    }
    const at = (this.#seed + this.#picks) % hosts.length;
    this.#picks += 1;
    return hosts[at];
  }

  #createTurns(hosts: readonly UpstreamHost[], seed: number): WeightedTurns {
    if (this.#plan === "by weight") return createFixedTurns(hosts, seed);
    return createLiveTurns(hosts, seed, ({ weight }) => weight, this.#slowStart);
  }
}
