import type { RandomSource } from "../host/random-source.ts";
import type { LbSettings } from "./compiled-cluster.ts";
import { createHostPicker, type HostPicker } from "./host-picker.ts";
import { computePriorityLoad } from "./priority-load.ts";
import type { HostHealth, UpstreamHost } from "../host/upstream-host.ts";

/** Hosts that share requests with each other, and the percentage of the cluster's requests that they get. */
interface HostGroup {
  readonly picker: HostPicker;
  readonly percent: number;
  readonly panics: boolean;
}

type Source = "all" | "healthy" | "degraded";

export interface LoadBalancerOptions {
  readonly settings: LbSettings;
  readonly random: RandomSource;
  /** Called for each request that goes to unhealthy hosts as well, because too few others are left. */
  readonly onPanic: () => void;
}

/** Chooses a host for each request: first among priorities by their health, then among the hosts by the cluster's policy. */
export class LoadBalancer {
  readonly #options: LoadBalancerOptions;
  /** By priority and source. They outlive changes of the hosts. */
  readonly #pickers = new Map<string, HostPicker>();
  /** In Envoy's order: the healthy hosts of all priorities, then the degraded ones. */
  #groups: readonly HostGroup[] = [];
  #only: HostGroup | undefined;

  constructor(options: LoadBalancerOptions) {
    this.#options = options;
  }

  setHosts(hosts: readonly UpstreamHost[]): void {
    const priorities = byPriority(hosts);
    const loads = computePriorityLoad(priorities.map(countHealth), this.#options.settings);
    const healthy = loads.map((load, priority) => {
      const source = load.panics ? "all" : "healthy";
      return this.#group(priorities[priority] ?? [], priority, source, load.healthy);
    });
    const degraded = loads.map((load, priority) => {
      const source = load.panics ? "all" : "degraded";
      return this.#group(priorities[priority] ?? [], priority, source, load.degraded);
    });
    this.#groups = [...healthy, ...degraded].filter(({ percent }) => percent > 0);
    this.#only = this.#groups.length === 1 ? this.#groups[0] : undefined;
  }

  /** `undefined` when no host may be used. */
  pick(): UpstreamHost | undefined {
    const group = this.#only ?? this.#chooseGroup();
    if (group === undefined) return undefined;
    if (group.panics) this.#options.onPanic();
    return group.picker.pick();
  }

  #chooseGroup(): HostGroup | undefined {
    const point = this.#options.random.uint32() % 100;
    let reached = 0;
    return this.#groups.find(({ percent }) => point < (reached += percent));
  }

  #group(hosts: readonly UpstreamHost[], priority: number, source: Source, percent: number): HostGroup {
    const key = `${priority} ${source}`;
    const picker = this.#pickers.get(key) ?? createHostPicker(this.#options.settings.policy, this.#options.random);
    this.#pickers.set(key, picker);
    picker.setHosts(source === "all" ? hosts : hosts.filter(({ health }) => health === source));
    return { picker, percent, panics: source === "all" };
  }
}

/** Priorities that have no host are there, empty; there is at least one priority. */
function byPriority(hosts: readonly UpstreamHost[]): readonly (readonly UpstreamHost[])[] {
  const count = 1 + hosts.reduce((highest, { priority }) => Math.max(highest, priority), 0);
  return Array.from({ length: count }, (_, priority) => hosts.filter((host) => host.priority === priority));
}

function countHealth(hosts: readonly UpstreamHost[]): { total: number; healthy: number; degraded: number } {
  const count = (health: HostHealth): number => hosts.filter((host) => host.health === health).length;
  return { total: hosts.length, healthy: count("healthy"), degraded: count("degraded") };
}
