import type { RigConfig } from "./rig-config.ts";

/** How many of `total` requests each configuration takes: by weight, slow ones capped, the others taking what those leave. */
export function requestCounts(configs: readonly Pick<RigConfig, "traffic">[], total: number): readonly number[] {
  const capped = new Set<number>();
  for (;;) {
    const counts = sharedCounts(configs, total, capped);
    const over = counts.findIndex((count, at) => !capped.has(at) && count > capOf(configs, at));
    if (over < 0) return counts;
    capped.add(over);
  }
}

function sharedCounts(
  configs: readonly Pick<RigConfig, "traffic">[],
  total: number,
  capped: ReadonlySet<number>,
): readonly number[] {
  const reserved = [...capped].reduce((sum, at) => sum + capOf(configs, at), 0);
  const weight = configs.reduce((sum, { traffic }, at) => (capped.has(at) ? sum : sum + traffic.weight), 0);
  return configs.map(({ traffic }, at) =>
    capped.has(at) ? traffic.atMost : Math.ceil((Math.max(total - reserved, 0) * traffic.weight) / weight),
  );
}

function capOf(configs: readonly Pick<RigConfig, "traffic">[], at: number): number {
  return configs[at]?.traffic.atMost ?? Number.POSITIVE_INFINITY;
}
