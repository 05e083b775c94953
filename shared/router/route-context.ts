import type { FilterConfigsContext } from "./filter-configs.ts";

/** What the parts of one route table are compiled with. */
export interface RouteContext extends FilterConfigsContext {
  /** The clusters that routes may name; `undefined` where they are not checked (`validate_clusters: false`). */
  readonly clusters: { has(name: string): boolean } | undefined;
  /** Bytes that the body of a direct response may have. */
  readonly maxDirectResponseBytes: number;
}
