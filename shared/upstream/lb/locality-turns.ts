import type { RandomSource } from "../../host/random-source.ts";
import type { UpstreamHost } from "../../host/upstream-host.ts";
import { EdfScheduler } from "../edf-scheduler.ts";
import type { HostPicker } from "./host-picker.ts";
import type { LocalityHosts } from "./localities.ts";

interface WeightedLocality {
  readonly weight: number;
  readonly picker: HostPicker;
}

/** Takes localities in turn by their effective weight, then a host of the locality. */
export class LocalityTurns {
  readonly #localities: readonly WeightedLocality[];
  readonly #random: RandomSource;
  #turns: EdfScheduler<WeightedLocality> | undefined;

  constructor(localities: readonly WeightedLocality[], random: RandomSource) {
    this.#localities = localities;
    this.#random = random;
  }

  pick(): UpstreamHost | undefined {
    this.#turns ??= new EdfScheduler(this.#localities, this.#random.uint32() & 0xffff);
    return this.#turns.pick()?.picker.pick();
  }
}

/**
 * A locality's weight, less the more of its hosts are of no use; as many as the overprovisioning covers are not missed. Source:
 * Envoy `HostSetImpl::effectiveLocalityWeight`.
 */
export function effectiveLocalityWeight(
  { weight, all, usable }: LocalityHosts,
  overprovisioningPercent: number,
): number {
  const total = all.filter(({ isExcluded }) => !isExcluded).length;
  return total === 0 ? 0 : weight * Math.min(1, (overprovisioningPercent / 100) * (usable.length / total));
}
