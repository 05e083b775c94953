import type { RandomSource } from "../../host/random-source.ts";
import type { Cluster } from "../cluster.ts";
import { chooseShare } from "../lb/priority-levels.ts";
import { computePriorityLoad, type PriorityHealth } from "../priority-load.ts";
import type { PriorityLoads } from "../retry-priority.ts";
import type { CompiledAggregate } from "./compile-aggregate.ts";

/** What was true of the members when loads were last computed. */
interface Computed {
  readonly health: readonly (readonly PriorityHealth[])[];
  readonly loads: PriorityLoads;
  /** By position in the row of all priorities. */
  readonly owners: readonly Cluster[];
}

/**
 * Several clusters as one: their priorities stand in a row, and the next cluster gets what those before cannot take. It chooses
 * the cluster for a request; the host is then that cluster's to choose. Source: Envoy `AggregateClusterLoadBalancer`.
 */
export class AggregateCluster {
  readonly info: CompiledAggregate;
  readonly #random: RandomSource;
  #computed: Computed | undefined;

  constructor(info: CompiledAggregate, random: RandomSource) {
    this.info = info;
    this.#random = random;
  }

  /** `find` gives the clusters of this moment; members that are not there are passed over. */
  choose(find: (name: string) => Cluster | undefined): Cluster | undefined {
    const members = this.info.members.flatMap((name) => find(name) ?? []);
    const { loads, owners } = this.#update(members);
    const count = owners.length;
    if (count < 2) return owners[0];
    const share = chooseShare(loads, this.#random.uint32() % 100);
    return owners[share < 0 ? 0 : share % count];
  }

  #update(members: readonly Cluster[]): Computed {
    const health = members.map((member) => member.priorityHealth());
    const before = this.#computed;
    const isSame = before?.health.length === health.length && health.every((of, at) => of === before.health[at]);
    if (before !== undefined && isSame) return before;
    const loads = computePriorityLoad(health.flat(), this.info.loadSettings);
    this.#computed = {
      health,
      loads: { healthy: loads.map(({ healthy }) => healthy), degraded: loads.map(({ degraded }) => degraded) },
      owners: members.flatMap((member, at) => (health[at] ?? []).map(() => member)),
    };
    return this.#computed;
  }
}
