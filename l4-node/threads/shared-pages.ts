import type { SlotPages } from "../../shared/stats/slot-pages.ts";

/** Statistics pages that the main thread reads while this thread writes them. */
export const sharedPages: SlotPages = {
  allocate: (slots) => new Float64Array(new SharedArrayBuffer(slots * Float64Array.BYTES_PER_ELEMENT)),
};
