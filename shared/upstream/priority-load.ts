/** How many hosts of one priority there are, and how many of them are of use. */
export interface PriorityHealth {
  readonly total: number;
  readonly healthy: number;
  readonly degraded: number;
}

/** The share of requests, in percent, that goes to the hosts of one priority. All shares of a cluster add up to 100. */
export interface PriorityLoad {
  readonly healthy: number;
  readonly degraded: number;
  /** So few hosts are of use that the requests go to all of them, the unhealthy ones included. */
  readonly panics: boolean;
}

export interface PriorityLoadSettings {
  readonly overprovisioningPercent: number;
  readonly panicThresholdPercent: number;
}

/**
 * Spreads requests over priorities: as much as a priority can take, from the first on; degraded hosts get what all healthy ones
 * together cannot take; rounding goes to the first. Whole percents, as in Envoy. Source: Envoy
 * `LoadBalancerBase::recalculatePerPriorityState`.
 */
export function computePriorityLoad(
  priorities: readonly PriorityHealth[],
  { overprovisioningPercent, panicThresholdPercent }: PriorityLoadSettings,
): readonly PriorityLoad[] {
  const capacity = (count: number, total: number): number =>
    total === 0 ? 0 : Math.min(100, Math.floor((overprovisioningPercent * count) / total));
  const healthy = priorities.map(({ healthy: count, total }) => capacity(count, total));
  const degraded = priorities.map(({ degraded: count, total }) => capacity(count, total));
  const available = Math.min(100, sum(healthy) + sum(degraded));
  const panics = priorities.map((priority) => available < 100 && isBelow(priority, panicThresholdPercent));
  if (panics.every(Boolean) && panicThresholdPercent > 0) return loadInTotalPanic(priorities);
  if (available === 0) return priorities.map((_, at) => ({ healthy: at === 0 ? 100 : 0, degraded: 0, panics: false }));
  return combine(distribute(healthy, 100, available), degraded, available).map((load, at) => ({
    ...load,
    panics: panics[at] ?? false,
  }));
}

/** Gives each in turn what it can take of `load`. */
function distribute(capacities: readonly number[], load: number, available: number): number[] {
  let left = load;
  return capacities.map((capacity) => {
    const share = Math.min(left, Math.floor((capacity * 100) / available));
    left -= share;
    return share;
  });
}

function combine(
  healthyLoads: readonly number[],
  degradedCapacities: readonly number[],
  available: number,
): Omit<PriorityLoad, "panics">[] {
  const degradedLoads = distribute(degradedCapacities, 100 - sum(healthyLoads), available);
  const rest = 100 - sum(healthyLoads) - sum(degradedLoads);
  const firstHealthy = healthyLoads.findIndex((load) => load > 0);
  const firstDegraded = firstHealthy < 0 ? degradedLoads.findIndex((load) => load > 0) : -1;
  return healthyLoads.map((healthy, at) => ({
    healthy: healthy + (at === firstHealthy ? rest : 0),
    degraded: (degradedLoads[at] ?? 0) + (at === firstDegraded ? rest : 0),
  }));
}

/** Every priority is in panic: each takes a share by the number of its hosts. */
function loadInTotalPanic(priorities: readonly PriorityHealth[]): readonly PriorityLoad[] {
  const total = sum(priorities.map((priority) => priority.total));
  const shares = priorities.map((priority) => (total === 0 ? 0 : Math.floor((100 * priority.total) / total)));
  const first = Math.max(
    0,
    priorities.findIndex((priority) => priority.total > 0),
  );
  const rest = 100 - sum(shares);
  return shares.map((share, at) => ({ healthy: share + (at === first ? rest : 0), degraded: 0, panics: true }));
}

function isBelow({ total, healthy, degraded }: PriorityHealth, thresholdPercent: number): boolean {
  const usable = total === 0 ? 0 : (100 * (healthy + degraded)) / total;
  return usable < thresholdPercent;
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
