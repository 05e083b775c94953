import type { RandomSource } from "../../host/random-source.ts";
import type { UpstreamHost } from "../../host/upstream-host.ts";
import type { HostPicker } from "./host-picker.ts";

/** Uniform, whatever the weights. Source: Envoy `RandomLoadBalancer`. */
export class RandomPicker implements HostPicker {
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
