import { MergedStats } from "./merged-stats.ts";
import { localPages } from "./slot-pages.ts";
import { StatsStore } from "./stats-store.ts";
import type { StatsView } from "./stats-view.ts";

export interface LocalStats {
  readonly store: StatsStore;
  /** The reading side, up to date at each call. */
  readonly view: () => StatsView;
  readonly resetCounters: () => void;
  readonly latchIntervals: () => void;
}

/** Statistics that are written and read on one thread: the edge, command-line tools, tests. */
export function createLocalStats(): LocalStats {
  const store = new StatsStore({ pages: localPages });
  const merged = new MergedStats();
  merged.addThread(0);
  const current = (): MergedStats => {
    merged.apply(0, store.takeEvents());
    return merged;
  };
  return {
    store,
    view: current,
    resetCounters: () => current().resetCounters(),
    latchIntervals: () => current().latchIntervals(),
  };
}
