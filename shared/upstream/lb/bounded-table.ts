import type { UpstreamHost } from "../../host/upstream-host.ts";
import type { HashTable, TableExtent } from "./hash-table.ts";
import { MersenneTwister } from "./mersenne-twister.ts";
import type { HostShare } from "./normalized-weights.ts";

export interface BoundedTableOptions {
  readonly table: HashTable;
  readonly shares: readonly HostShare[];
  /** `hash_balance_factor`. */
  readonly balanceFactor: number;
  /** Of the whole cluster. */
  readonly activeRequests: () => number;
}

/**
 * Consistent hashing with bounded loads: where the table's host has more than its share of the active requests, another is probed
 * in an order that the hash decides. Source: Envoy `BoundedLoadHashingLoadBalancer`; Mirrokni et al., 2016.
 */
export class BoundedTable implements HashTable {
  readonly extent: TableExtent;
  readonly #options: BoundedTableOptions;
  readonly #shares: ReadonlyMap<UpstreamHost, number>;

  constructor(options: BoundedTableOptions) {
    this.extent = options.table.extent;
    this.#options = options;
    this.#shares = new Map(options.shares.map(({ host, share }) => [host, share]));
  }

  pick(hash: bigint, attempt: number): UpstreamHost | undefined {
    const host = this.#options.table.pick(hash, attempt);
    if (host === undefined || this.#overload(host) <= 1) return host;
    return this.#probe(hash, host);
  }

  #probe(hash: bigint, first: UpstreamHost): UpstreamHost {
    const random = new MersenneTwister(Number(hash & 0xffff_ffffn));
    const rest = this.#options.shares.map(({ host }) => host);
    let [best, leastOverload] = [first, this.#overload(first)];
    for (let at = 0; at < rest.length; at++) {
      const host = swapIn(rest, at, at + random.below(rest.length - at));
      if (host === undefined || host === first) continue;
      const overload = this.#overload(host);
      if (overload <= 1) return host;
      if (overload < leastOverload) [best, leastOverload] = [host, overload];
    }
    return best;
  }

  /** Active requests over those that the host may have; above 1 is too many. */
  #overload(host: UpstreamHost): number {
    const total = Math.floor(((this.#options.activeRequests() + 1) * this.#options.balanceFactor + 99) / 100);
    const allowed = Math.max(1, Math.ceil(total * (this.#shares.get(host) ?? 0)));
    return host.counters.rqActive / allowed;
  }
}

/** One step of a shuffle: gives what is now at `at`. */
function swapIn(hosts: UpstreamHost[], at: number, from: number): UpstreamHost | undefined {
  const [here, there] = [hosts[at], hosts[from]];
  if (here === undefined || there === undefined) return undefined;
  hosts[at] = there;
  hosts[from] = here;
  return there;
}
