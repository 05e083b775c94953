import type { UpstreamHost } from "../../host/upstream-host.ts";

/** Maps hashes to hosts. A pure function of the hosts that it was made of. */
export interface HashTable {
  /** `attempt` counts the repetitions of one pick, from 0: each may lead to another host. */
  pick(hash: bigint, attempt: number): UpstreamHost | undefined;
}
