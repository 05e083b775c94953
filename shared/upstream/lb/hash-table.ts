import type { UpstreamHost } from "../../host/upstream-host.ts";

/** Maps hashes to hosts. A pure function of the hosts that it was made of. */
export interface HashTable {
  readonly extent: TableExtent;
  /** `attempt` counts the repetitions of one pick, from 0: each may lead to another host. */
  pick(hash: bigint, attempt: number): UpstreamHost | undefined;
}

/** How many places a table has, and how few and how many of them one host has. All zero without hosts. */
export interface TableExtent {
  readonly size: number;
  readonly least: number;
  readonly most: number;
}

export function extentOf(placesByHost: readonly number[]): TableExtent {
  if (placesByHost.length === 0) return { size: 0, least: 0, most: 0 };
  return placesByHost.reduce(
    ({ size, least, most }, places) => ({
      size: size + places,
      least: Math.min(least, places),
      most: Math.max(most, places),
    }),
    { size: 0, least: Infinity, most: 0 },
  );
}
