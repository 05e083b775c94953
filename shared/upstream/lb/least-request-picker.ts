import type { RandomSource } from "../../host/random-source.ts";
import type { UpstreamHost } from "../../host/upstream-host.ts";
import type { LeastRequestSettings } from "../lb-settings.ts";
import type { HostPicker } from "./host-picker.ts";
import type { SlowStart } from "./slow-start.ts";
import { createLiveTurns, haveEqualWeights, type WeightedTurns } from "./weighted-turns.ts";

/**
 * The host with the fewest requests under way: of some drawn at random, or of all. Hosts of unequal weight are scheduled by their
 * weight over their requests. Source: Envoy `LeastRequestLoadBalancer`.
 */
export class LeastRequestPicker implements HostPicker {
  readonly #settings: LeastRequestSettings;
  readonly #random: RandomSource;
  readonly #slowStart: SlowStart | undefined;
  #seed: number | undefined;
  #hosts: readonly UpstreamHost[] = [];
  #isWeighted = false;
  #turns: WeightedTurns | undefined;

  constructor(settings: LeastRequestSettings, random: RandomSource, slowStart?: SlowStart) {
    this.#settings = settings;
    this.#random = random;
    this.#slowStart = slowStart;
  }

  setHosts(hosts: readonly UpstreamHost[]): void {
    this.#hosts = hosts;
    this.#turns = undefined;
    this.#isWeighted = !haveEqualWeights(hosts) || this.#slowStart?.isActive() === true;
  }

  pick(): UpstreamHost | undefined {
    const hosts = this.#hosts;
    if (hosts.length < 2) return hosts[0];
    if (this.#isWeighted) return this.#takeTurn(hosts);
    return this.#settings.isFullScan ? this.#leastOfAll(hosts) : this.#leastOfSome(hosts);
  }

  #takeTurn(hosts: readonly UpstreamHost[]): UpstreamHost | undefined {
    this.#seed ??= this.#random.uint32();
    this.#turns ??= createLiveTurns(hosts, this.#seed, (host) => this.#weightOf(host), this.#slowStart);
    return this.#turns.pick();
  }

  #weightOf({ weight, counters }: UpstreamHost): number {
    const { activeRequestBias } = this.#settings;
    return activeRequestBias === 0 ? weight : weight / (counters.rqActive + 1) ** activeRequestBias;
  }

  /** The first drawn wins a tie. The same host may be drawn twice. */
  #leastOfSome(hosts: readonly UpstreamHost[]): UpstreamHost | undefined {
    let best: UpstreamHost | undefined;
    for (let choice = 0; choice < this.#settings.choiceCount; choice++) {
      const host = hosts[this.#random.uint32() % hosts.length];
      if (best === undefined || (host !== undefined && isLessBusy(host, best))) best = host;
    }
    return best;
  }

  /** A tie is decided at random, each with the same chance. */
  #leastOfAll(hosts: readonly UpstreamHost[]): UpstreamHost | undefined {
    let best: UpstreamHost | undefined;
    let tied = 0;
    for (const host of hosts) {
      if (best === undefined || isLessBusy(host, best)) {
        best = host;
        tied = 1;
      } else if (!isLessBusy(best, host)) {
        tied += 1;
        if (this.#random.uint32() % tied === 0) best = host;
      }
    }
    return best;
  }
}

function isLessBusy(host: UpstreamHost, than: UpstreamHost): boolean {
  return host.counters.rqActive < than.counters.rqActive;
}
