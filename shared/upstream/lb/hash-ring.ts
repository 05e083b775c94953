import { murmurHash2Word } from "../../hash/murmur-hash-2.ts";
import type { Word64 } from "../../hash/word-64.ts";
import { xxHash64Word } from "../../hash/xx-hash-64.ts";
import type { UpstreamHost } from "../../host/upstream-host.ts";
import type { RingHashSettings } from "../lb-settings.ts";
import { extentOf, type HashTable, type TableExtent } from "./hash-table.ts";
import { hostHashKey } from "./host-hash-key.ts";
import type { HostShare } from "./normalized-weights.ts";

interface RingEntries {
  /** Ascending; hashes in two halves, of the same entry at the same place. */
  readonly upper: Uint32Array;
  readonly lower: Uint32Array;
  readonly hosts: readonly UpstreamHost[];
}

/**
 * A ring of hashes, with as many for each host as its share asks for; a request goes to the first that is not below its own.
 * Source: Envoy `RingHashLoadBalancer`.
 */
export class HashRing implements HashTable {
  readonly extent: TableExtent;
  readonly #ring: RingEntries;

  constructor(shares: readonly HostShare[], settings: RingHashSettings) {
    const places = placeHosts(shares, settings);
    this.extent = extentOf(places.map(({ length }) => length));
    this.#ring = sortByHash(places.flat());
  }

  /** Further attempts go on along the ring. */
  pick(hash: bigint, attempt: number): UpstreamHost | undefined {
    const { hosts } = this.#ring;
    return hosts[(this.#firstNotBelow(hash) + attempt) % hosts.length];
  }

  #firstNotBelow(hash: bigint): number {
    const { upper, lower, hosts } = this.#ring;
    const [high, low] = [Number(hash >> 32n), Number(hash & 0xffff_ffffn)];
    let from = 0;
    let to = hosts.length;
    while (from < to) {
      const middle = (from + to) >>> 1;
      const midHigh = upper[middle] ?? 0;
      const isBelow = midHigh < high || (midHigh === high && (lower[middle] ?? 0) < low);
      if (isBelow) from = middle + 1;
      else to = middle;
    }
    return from === hosts.length ? 0 : from;
  }
}

interface Placed {
  readonly hash: Word64;
  readonly host: UpstreamHost;
}

/** The places of each host. Running sums, and not a rounded number for each host, so that the ring has exactly its size. */
function placeHosts(shares: readonly HostShare[], settings: RingHashSettings): Placed[][] {
  const hashOf = settings.hashFunction === "xxhash" ? xxHash64Word : murmurHash2Word;
  const scale = ringScale(shares, settings);
  let target = 0;
  let placed = 0;
  return shares.map(({ host, share }) => {
    const key = hostHashKey(host, settings.hashing.usesHostname);
    target += scale * share;
    const places: Placed[] = [];
    for (; placed < target; placed++) places.push({ hash: hashOf(`${key}_${places.length}`), host });
    return places;
  });
}

/** Such that the host of the least weight has a whole number of places, as far as the ring may grow. */
function ringScale(shares: readonly HostShare[], { minRingSize, maxRingSize }: RingHashSettings): number {
  const least = shares.reduce((min, { share }) => Math.min(min, share), 1);
  return Math.min(Math.ceil(least * minRingSize) / least, maxRingSize);
}

function sortByHash(placed: Placed[]): RingEntries {
  placed.sort((a, b) => (a.hash.hi >>> 0) - (b.hash.hi >>> 0) || (a.hash.lo >>> 0) - (b.hash.lo >>> 0));
  return {
    upper: Uint32Array.from(placed, ({ hash }) => hash.hi),
    lower: Uint32Array.from(placed, ({ hash }) => hash.lo),
    hosts: placed.map(({ host }) => host),
  };
}
