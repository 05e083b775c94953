import { Word64 } from "../../hash/word-64.ts";
import { xxHash64Word } from "../../hash/xx-hash-64.ts";
import type { UpstreamHost } from "../../host/upstream-host.ts";
import type { MaglevSettings } from "../lb-settings.ts";
import { extentOf, type HashTable, type TableExtent } from "./hash-table.ts";
import { hostHashKey } from "./host-hash-key.ts";
import type { HostShare } from "./normalized-weights.ts";

const SEED_OF_SKIP = new Word64(0, 1);
const MASK = 0xffff_ffff_ffff_ffffn;

/** A host while the table is filled: where its walk through the table is, and when it may take its next place. */
interface Walk {
  readonly share: number;
  readonly skip: number;
  place: number;
  target: number;
  taken: number;
}

/**
 * A table of a prime size, of which each host has taken its share of places, each on a walk of its own. Source: Envoy
 * `MaglevTable`; Eisenbud et al., "Maglev", NSDI 2016, section 3.4.
 */
export class MaglevTable implements HashTable {
  readonly extent: TableExtent;
  readonly #hosts: readonly UpstreamHost[];
  /** For each place the position of its host. */
  readonly #table: Uint32Array;

  constructor(shares: readonly HostShare[], { tableSize, hashing }: MaglevSettings) {
    const keyed = shares.map(({ host, share }) => ({ host, share, key: hostHashKey(host, hashing.usesHostname) }));
    keyed.sort((a, b) => (a.key < b.key ? -1 : Number(a.key > b.key)));
    this.#hosts = keyed.map(({ host }) => host);
    const walks = keyed.map(({ key, share }) => ({
      share,
      skip: (xxHash64Word(key, SEED_OF_SKIP).modulo(tableSize - 1) + 1) % tableSize,
      place: xxHash64Word(key).modulo(tableSize),
      target: 0,
      taken: 0,
    }));
    this.#table = fillTable(walks, tableSize);
    this.extent = extentOf(walks.map(({ taken }) => taken));
  }

  /** Further attempts change most bits of the hash. */
  pick(hash: bigint, attempt: number): UpstreamHost | undefined {
    const seen = attempt === 0 ? hash : hash ^ (MASK - BigInt(attempt) + 1n);
    return this.#hosts[this.#table[Number(seen % BigInt(this.#table.length))] ?? 0];
  }
}

function fillTable(walks: readonly Walk[], tableSize: number): Uint32Array {
  const table = new Uint32Array(tableSize);
  const isTaken = new Uint8Array(tableSize);
  const greatest = walks.reduce((max, { share }) => Math.max(max, share), 0);
  let left = walks.length === 0 ? 0 : tableSize;
  for (let round = 1; left > 0; round++) {
    for (const [position, walk] of walks.entries()) {
      // The host of the greatest weight takes a place in each round, one of half its weight in every second.
      if (left === 0 || round * walk.share < walk.target) continue;
      walk.target += greatest;
      while (isTaken[walk.place] === 1) advance(walk, tableSize);
      table[walk.place] = position;
      isTaken[walk.place] = 1;
      walk.taken += 1;
      advance(walk, tableSize);
      left -= 1;
    }
  }
  return table;
}

function advance(walk: Walk, tableSize: number): void {
  walk.place += walk.skip;
  if (walk.place >= tableSize) walk.place -= tableSize;
}
