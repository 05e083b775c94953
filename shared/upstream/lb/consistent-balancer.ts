import type { RandomSource } from "../../host/random-source.ts";
import type { UpstreamHost } from "../../host/upstream-host.ts";
import type { LbSettings, MaglevSettings, RingHashSettings } from "../lb-settings.ts";
import type { LoadBalancerContext } from "../load-balancer-context.ts";
import type { PriorityLoads } from "../retry-priority.ts";
import type { Balancer, BalancerPorts, LocalityWeightOf } from "./balancer.ts";
import { BoundedTable } from "./bounded-table.ts";
import { HashRing } from "./hash-ring.ts";
import type { HashTable } from "./hash-table.ts";
import { configuredLocalityWeight } from "./localities.ts";
import { MaglevTable } from "./maglev-table.ts";
import { normalizeWeights } from "./normalized-weights.ts";
import { pickAgain } from "./pick-again.ts";
import { chooseShare, levelsOf, type PriorityLevel } from "./priority-levels.ts";

/** The settings of a cluster that balances by hash. */
export interface ConsistentSettings extends LbSettings {
  readonly policy: RingHashSettings | MaglevSettings;
}

/**
 * Sends equal hashes to the same host: the hash chooses the priority, then the host in a table of that priority. A request without
 * a hash gets one at random. Degraded hosts get nothing, and retry priorities have no effect. Source: Envoy `ThreadAwareLoadBalancerBase`.
 *
 * A table is made when it is first needed: a Worker has little time to start.
 */
export class ConsistentBalancer implements Balancer {
  readonly #settings: ConsistentSettings;
  readonly #ports: BalancerPorts;
  #levels: readonly PriorityLevel[] = [];
  #loads: PriorityLoads = { healthy: [], degraded: [] };
  /** By priority; `undefined` until it is needed. */
  #tables: (HashTable | undefined)[] = [];
  #weightOf: LocalityWeightOf = configuredLocalityWeight;

  constructor(settings: ConsistentSettings, ports: BalancerPorts) {
    this.#settings = settings;
    this.#ports = ports;
  }

  setHosts(hosts: readonly UpstreamHost[], weightOf: LocalityWeightOf = configuredLocalityWeight): void {
    this.#weightOf = weightOf;
    const { levels, loads } = levelsOf(hosts, this.#settings);
    const before = this.#levels;
    this.#tables = levels.map((level, priority) =>
      hasSameHosts(level, before[priority]) ? this.#tables[priority] : undefined,
    );
    this.#levels = levels;
    this.#loads = loads;
  }

  pick(context: LoadBalancerContext = {}): UpstreamHost | undefined {
    const hash = context.hash ?? randomHash(this.#ports.random);
    const priority = chooseShare(this.#loads, Number(hash % 100n)) % this.#levels.length;
    const level = this.#levels[priority];
    if (level === undefined) return undefined;
    if (level.panics) this.#ports.stats.healthyPanic.inc();
    const table = (this.#tables[priority] ??= this.#createTable(level));
    return pickAgain(context, (attempt) => table.pick(hash, attempt));
  }

  #createTable(level: PriorityLevel): HashTable {
    const { policy, isLocalityWeighted } = this.#settings;
    const shares = normalizeWeights(level, isLocalityWeighted ? this.#weightOf : undefined);
    const table = policy.kind === "maglev" ? new MaglevTable(shares, policy) : new HashRing(shares, policy);
    this.#ports.stats.table?.set(table.extent);
    const { balanceFactor } = policy.hashing;
    if (balanceFactor === undefined) return table;
    return new BoundedTable({ table, shares, balanceFactor, activeRequests: this.#ports.activeRequests });
  }
}

function randomHash(random: RandomSource): bigint {
  return (BigInt(random.uint32()) << 32n) | BigInt(random.uint32());
}

/** Whether a table for the one serves the other: it hangs on the hosts that requests may go to, and on those of each locality. */
function hasSameHosts(level: PriorityLevel, before: PriorityLevel | undefined): boolean {
  if (before === undefined) return false;
  return areSame(usableOf(level), usableOf(before)) && areSame(level.all, before.all);
}

function usableOf({ panics, all, healthy }: PriorityLevel): readonly UpstreamHost[] {
  return panics ? all : healthy;
}

function areSame(hosts: readonly UpstreamHost[], before: readonly UpstreamHost[]): boolean {
  return hosts.length === before.length && hosts.every((host, at) => host === before[at]);
}
