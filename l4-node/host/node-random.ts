import { randomFillSync, randomUUID } from "node:crypto";
import type { RandomSource } from "../../shared/host/random-source.ts";

/** One call into the system's generator serves this many numbers: a call costs far more than a number. */
const BATCH = 256;

/** Numbers nobody outside can predict: balancing and sampling must not be steerable by a peer. */
export function createNodeRandom(): RandomSource {
  const batch = new Uint32Array(BATCH);
  let next = BATCH;
  return {
    uint32: () => {
      if (next === BATCH) {
        randomFillSync(batch);
        next = 0;
      }
      return batch[next++] ?? 0;
    },
    uuid: () => randomUUID(),
  };
}
