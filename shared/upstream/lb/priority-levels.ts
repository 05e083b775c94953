import type { UpstreamHost } from "../../host/upstream-host.ts";
import { computePriorityLoad, type PriorityHealth, type PriorityLoadSettings } from "../priority-load.ts";
import type { PriorityLoads } from "../retry-priority.ts";

/** The hosts of one priority. */
export interface PriorityLevel {
  readonly all: readonly UpstreamHost[];
  readonly healthy: readonly UpstreamHost[];
  readonly degraded: readonly UpstreamHost[];
  /** Requests go to all hosts, whatever their health. */
  readonly panics: boolean;
}

export interface PriorityLevels {
  /** By priority, from 0 on. Priorities that have no host are there, empty; there is at least one. */
  readonly levels: readonly PriorityLevel[];
  readonly loads: PriorityLoads;
}

/** By priority, from 0 on, those without hosts included. */
export function healthByPriority(hosts: readonly UpstreamHost[]): readonly PriorityHealth[] {
  return groupsOf(hosts).map(countHealth);
}

export function levelsOf(hosts: readonly UpstreamHost[], settings: PriorityLoadSettings): PriorityLevels {
  const groups = groupsOf(hosts);
  const loads = computePriorityLoad(groups.map(countHealth), settings);
  return {
    levels: groups.map((group, priority) => ({ ...group, panics: loads[priority]?.panics ?? false })),
    loads: { healthy: loads.map(({ healthy }) => healthy), degraded: loads.map(({ degraded }) => degraded) },
  };
}

/** The loads if the excluded priorities had no host of use; all zero if no other has one either. */
export function loadsWithout(
  levels: readonly PriorityLevel[],
  excluded: ReadonlySet<number>,
  settings: PriorityLoadSettings,
): PriorityLoads {
  const health = levels.map((level, priority) => {
    const counts = countHealth(level);
    return excluded.has(priority) ? { ...counts, healthy: 0, degraded: 0 } : counts;
  });
  const isUsable = health.some(({ healthy, degraded }) => healthy + degraded > 0);
  if (!isUsable) return { healthy: levels.map(() => 0), degraded: levels.map(() => 0) };
  const loads = computePriorityLoad(health, { ...settings, panicThresholdPercent: 0 });
  return { healthy: loads.map(({ healthy }) => healthy), degraded: loads.map(({ degraded }) => degraded) };
}

/**
 * Which share a point from 0 to 99 falls into: that of priority `n` is `n` for its healthy hosts, and the number of priorities
 * more for its degraded ones; −1 for none. Source: Envoy `LoadBalancerBase::choosePriority`.
 */
export function chooseShare({ healthy, degraded }: PriorityLoads, point: number): number {
  let reached = 0;
  for (let priority = 0; priority < healthy.length; priority++) {
    reached += healthy[priority] ?? 0;
    if (point < reached) return priority;
  }
  for (let priority = 0; priority < degraded.length; priority++) {
    reached += degraded[priority] ?? 0;
    if (point < reached) return healthy.length + priority;
  }
  return -1;
}

function groupsOf(hosts: readonly UpstreamHost[]): readonly Omit<PriorityLevel, "panics">[] {
  const count = 1 + hosts.reduce((highest, { priority }) => Math.max(highest, priority), 0);
  return Array.from({ length: count }, (_, priority) => groupOf(hosts, priority));
}

function groupOf(hosts: readonly UpstreamHost[], wanted: number): Omit<PriorityLevel, "panics"> {
  const all = hosts.filter(({ priority }) => priority === wanted);
  return {
    all,
    healthy: all.filter(({ health }) => health === "healthy"),
    degraded: all.filter(({ health }) => health === "degraded"),
  };
}

function countHealth({ all, healthy, degraded }: Omit<PriorityLevel, "panics">): PriorityHealth {
  const total = all.filter(({ isExcluded }) => !isExcluded).length;
  return { total, healthy: healthy.length, degraded: degraded.length };
}
