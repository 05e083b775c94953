import type { UpstreamHost } from "../../host/upstream-host.ts";
import type { LbSettings } from "../lb-settings.ts";
import type { LoadBalancerContext } from "../load-balancer-context.ts";
import type { PriorityLoads } from "../retry-priority.ts";
import type { Balancer, BalancerPorts, LocalityWeightOf } from "./balancer.ts";
import type { HostPicker } from "./host-picker.ts";
import { LeastRequestPicker } from "./least-request-picker.ts";
import { configuredLocalityWeight, localitiesOf } from "./localities.ts";
import { effectiveLocalityWeight, LocalityTurns } from "./locality-turns.ts";
import { pickAgain } from "./pick-again.ts";
import { chooseShare, levelsOf, loadsWithout, type PriorityLevel } from "./priority-levels.ts";
import { RandomPicker } from "./random-picker.ts";
import { RoundRobinPicker } from "./round-robin-picker.ts";
import { SlowStart } from "./slow-start.ts";

type Source = "healthy" | "degraded";
type Pick = () => UpstreamHost | undefined;

const NOBODY: PriorityLoads = { healthy: [], degraded: [] };

/**
 * Spreads requests: over priorities by their health, over localities by their weight, then over hosts by the policy. Source:
 * Envoy `ZoneAwareLoadBalancerBase`, without a local cluster.
 */
export class SpreadBalancer implements Balancer {
  readonly #settings: LbSettings;
  readonly #ports: BalancerPorts;
  readonly #slowStart: SlowStart | undefined;
  /** By priority, source and locality. They outlive changes of the hosts. */
  readonly #pickers = new Map<string, HostPicker>();
  #weightOf: LocalityWeightOf = configuredLocalityWeight;
  #levels: readonly PriorityLevel[] = [];
  #loads: PriorityLoads = NOBODY;
  /** The healthy hosts of all priorities, then the degraded ones. */
  #shares: readonly Pick[] = [];
  /** Where all requests go to one share. */
  #only: Pick | undefined;

  constructor(settings: LbSettings, ports: BalancerPorts) {
    this.#settings = settings;
    this.#ports = ports;
    const slowStart = "slowStart" in settings.policy ? settings.policy.slowStart : undefined;
    this.#slowStart = slowStart === undefined ? undefined : new SlowStart(slowStart, ports.clock);
  }

  setHosts(hosts: readonly UpstreamHost[], weightOf: LocalityWeightOf = configuredLocalityWeight): void {
    this.#weightOf = weightOf;
    this.#slowStart?.setHosts(hosts);
    const { levels, loads } = levelsOf(hosts, this.#settings);
    this.#levels = levels;
    this.#loads = loads;
    this.#shares = (["healthy", "degraded"] as const).flatMap((source) =>
      levels.map((level, priority) => this.#createShare(level, priority, source)),
    );
    this.#only = this.#shares.find((_, at) => [...loads.healthy, ...loads.degraded][at] === 100);
  }

  pick(context?: LoadBalancerContext): UpstreamHost | undefined {
    if (context === undefined) return this.#only === undefined ? this.#pickBy(this.#loads) : this.#only();
    const loads = this.#loadsFor(context);
    return pickAgain(context, () => this.#pickBy(loads));
  }

  #loadsFor({ retryPriority }: LoadBalancerContext): PriorityLoads {
    if (retryPriority === undefined) return this.#loads;
    return retryPriority.adjust(this.#loads, (excluded) => loadsWithout(this.#levels, excluded, this.#settings));
  }

  #pickBy(loads: PriorityLoads): UpstreamHost | undefined {
    if (loads === this.#loads && this.#only !== undefined) return this.#only();
    const share = chooseShare(loads, this.#ports.random.uint32() % 100);
    return this.#shares[share]?.();
  }

  #createShare(level: PriorityLevel, priority: number, source: Source): Pick {
    if (level.panics) return this.#createPanic(level, priority);
    const usable = level[source];
    if (this.#settings.isLocalityWeighted) {
      const turns = this.#createLocalityTurns(level.all, usable, `${priority} ${source}`);
      if (turns !== undefined) return () => turns.pick();
    }
    const picker = this.#picker(`${priority} ${source}`, usable);
    return () => picker.pick();
  }

  #createPanic({ all }: PriorityLevel, priority: number): Pick {
    const picker = this.#settings.failsOnPanic ? undefined : this.#picker(`${priority} all`, all);
    return () => {
      this.#ports.stats.healthyPanic.inc();
      return picker?.pick();
    };
  }

  /** Nothing where no locality has both a weight and a host of use: then localities do not count. */
  #createLocalityTurns(
    all: readonly UpstreamHost[],
    usable: readonly UpstreamHost[],
    key: string,
  ): LocalityTurns | undefined {
    const weighted = localitiesOf(all, usable, this.#weightOf)
      .map((locality) => ({
        weight: effectiveLocalityWeight(locality, this.#settings.overprovisioningPercent),
        locality,
      }))
      .filter(({ weight }) => weight > 0)
      .map(({ weight, locality }) => ({ weight, picker: this.#picker(`${key} ${locality.key}`, locality.usable) }));
    return weighted.length === 0 ? undefined : new LocalityTurns(weighted, this.#ports.random);
  }

  #picker(key: string, hosts: readonly UpstreamHost[]): HostPicker {
    const picker = this.#pickers.get(key) ?? this.#createPicker();
    this.#pickers.set(key, picker);
    picker.setHosts(hosts);
    return picker;
  }

  #createPicker(): HostPicker {
    const { policy } = this.#settings;
    const { random } = this.#ports;
    if (policy.kind === "least request") return new LeastRequestPicker(policy, random, this.#slowStart);
    return policy.kind === "round robin" ? new RoundRobinPicker(random, this.#slowStart) : new RandomPicker(random);
  }
}
