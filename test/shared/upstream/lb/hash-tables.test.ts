import fc from "fast-check";
import { describe, it } from "vitest";
import { murmurHash2 } from "../../../../shared/hash/murmur-hash-2.ts";
import { xxHash64 } from "../../../../shared/hash/xx-hash-64.ts";
import type { UpstreamHost } from "../../../../shared/host/upstream-host.ts";
import { BoundedTable } from "../../../../shared/upstream/lb/bounded-table.ts";
import { HashRing } from "../../../../shared/upstream/lb/hash-ring.ts";
import { MaglevTable } from "../../../../shared/upstream/lb/maglev-table.ts";
import { MersenneTwister } from "../../../../shared/upstream/lb/mersenne-twister.ts";
import type { HostShare } from "../../../../shared/upstream/lb/normalized-weights.ts";
import { createCluster } from "../../../support/sample-balancing.ts";
import { endpointAt } from "../../../support/sample-cluster.ts";

const HASHING = { usesHostname: false, balanceFactor: undefined };
const RING = { kind: "ring hash", hashing: HASHING } as const;

/** A host for each weight, with the share that its weight is of all. */
function sharesOf(weights: readonly number[]): readonly HostShare[] {
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  const lbEndpoints = weights.map((_, at) => endpointAt(`10.0.${at >> 8}.${at & 255}:80`));
  const { hosts } = createCluster([{ lbEndpoints }]);
  return hosts.map((host, at) => ({ host, share: (weights[at] ?? 0) / total }));
}

/** From Envoy's description of the ring, by lists and a scan. */
function plainRing(
  shares: readonly HostShare[],
  hashOf: (key: string) => bigint,
  minRingSize: number,
): (hash: bigint) => UpstreamHost | undefined {
  const least = Math.min(...shares.map(({ share }) => share));
  const scale = Math.min(Math.ceil(least * minRingSize) / least, 8_388_608);
  const ring: (readonly [bigint, UpstreamHost])[] = [];
  let target = 0;
  for (const { host, share } of shares) {
    target += scale * share;
    for (let copy = 0; ring.length < target; copy++) ring.push([hashOf(`${host.address}_${copy}`), host]);
  }
  ring.sort(([a], [b]) => (a < b ? -1 : 1));
  return (hash) => (ring.find(([each]) => each >= hash) ?? ring[0])?.[1];
}

/** From listing 1 of the Maglev paper, with Envoy's weights: permutations are written down in full. */
function plainMaglev(shares: readonly HostShare[], size: number): readonly (UpstreamHost | undefined)[] {
  const sorted = [...shares].sort((a, b) => (a.host.address < b.host.address ? -1 : 1));
  const orders = sorted.map(({ host }) => {
    const offset = xxHash64(host.address) % BigInt(size);
    const skip = (xxHash64(host.address, 1n) % BigInt(size - 1)) + 1n;
    return Array.from({ length: size }, (_, at) => Number((offset + skip * BigInt(at)) % BigInt(size)));
  });
  const most = Math.max(...shares.map(({ share }) => share));
  const targets = sorted.map(() => 0);
  const table: (UpstreamHost | undefined)[] = Array.from({ length: size });
  for (let round = 1; table.includes(undefined); round++) {
    for (const [at, { host, share }] of sorted.entries()) {
      const isDue = round * share >= (targets[at] ?? 0) && table.includes(undefined);
      const place = isDue ? orders[at]?.find((each) => table[each] === undefined) : undefined;
      if (place === undefined) continue;
      targets[at] = (targets[at] ?? 0) + most;
      table[place] = host;
    }
  }
  return table;
}

const weights = fc.array(fc.integer({ min: 1, max: 20 }), { minLength: 1, maxLength: 12 });
const hashes = fc.array(fc.bigInt({ min: 0n, max: (1n << 64n) - 1n }), { minLength: 20, maxLength: 20 });
const HASH_FUNCTIONS = { xxhash: xxHash64, murmurhash2: murmurHash2 };

describe("HashRing", () => {
  it("picks as a plain ring does, for any weights and hashes", ({ expect }) => {
    const hashFunctions = fc.constantFrom("xxhash", "murmurhash2");
    const rule = fc.property(
      weights,
      hashes,
      fc.integer({ min: 1, max: 300 }),
      hashFunctions,
      (each, some, min, hash) => {
        const shares = sharesOf(each);
        const settings = { ...RING, hashFunction: hash, minRingSize: min, maxRingSize: 8_388_608 };
        const ring = new HashRing(shares, settings);
        const plain = plainRing(shares, HASH_FUNCTIONS[hash], min);
        expect(some.map((one) => ring.pick(one, 0)?.address)).toEqual(some.map((one) => plain(one)?.address));
      },
    );
    fc.assert(rule, { seed: 7, numRuns: 200 });
  });

  it("goes on along the ring with further attempts, and has no host without hosts", ({ expect }) => {
    const settings = { ...RING, hashFunction: "xxhash", minRingSize: 3, maxRingSize: 3 } as const;
    const ring = new HashRing(sharesOf([1, 1, 1]), settings);
    const picked = [0, 1, 2, 3].map((attempt) => ring.pick(5n, attempt)?.address);
    expect(new Set(picked.slice(0, 3)).size).toBe(3);
    expect(picked[3]).toBe(picked[0]);
    expect(new HashRing([], settings).pick(5n, 0)).toBeUndefined();
  });

  it("counts the places of each host as Envoy does", ({ expect }) => {
    const settings = { ...RING, hashFunction: "xxhash", minRingSize: 1024, maxRingSize: 8_388_608 } as const;
    expect(new HashRing(sharesOf([1, 2, 3, 1, 5]), settings).extent).toEqual({ size: 1032, least: 86, most: 430 });
    expect(new HashRing(sharesOf([1, 1, 1, 1, 1]), settings).extent).toEqual({ size: 1025, least: 205, most: 205 });
  });

  it("moves few keys when a host leaves", ({ expect }) => {
    const settings = { ...RING, hashFunction: "xxhash", minRingSize: 1024, maxRingSize: 8_388_608 } as const;
    const shares = sharesOf([1, 1, 1, 1, 1]);
    const [before, after] = [new HashRing(shares, settings), new HashRing(shares.slice(0, 4), settings)];
    const keys = Array.from({ length: 2000 }, (_, at) => xxHash64(`key-${at}`));
    const kept = keys.filter((key) => before.pick(key, 0)?.address !== shares[4]?.host.address);
    const moved = kept.filter((key) => before.pick(key, 0)?.address !== after.pick(key, 0)?.address);
    // A little more than none: the ring grows from 205 to 256 places for each host.
    expect(moved.length / kept.length).toBeLessThan(0.25);
  });
});

describe("MaglevTable", () => {
  it("is the table of a plain reading of the paper, for any weights", ({ expect }) => {
    const sizes = fc.constantFrom(13, 31, 101, 251);
    const rule = fc.property(weights, sizes, (each, tableSize) => {
      const shares = sharesOf(each);
      const table = new MaglevTable(shares, { kind: "maglev", tableSize, hashing: HASHING });
      const places = Array.from({ length: tableSize }, (_, place) => table.pick(BigInt(place), 0)?.address);
      expect(places).toEqual(plainMaglev(shares, tableSize).map((host) => host?.address));
    });
    fc.assert(rule, { seed: 7, numRuns: 100 });
  });

  it("counts the places of each host as Envoy does", ({ expect }) => {
    const settings = { kind: "maglev", tableSize: 1009, hashing: HASHING } as const;
    expect(new MaglevTable(sharesOf([1, 2, 3, 1, 5]), settings).extent).toEqual({ size: 1009, least: 84, most: 420 });
  });

  it("changes the hash with further attempts as Envoy does, and has no host without hosts", ({ expect }) => {
    const settings = { kind: "maglev", tableSize: 101, hashing: HASHING } as const;
    const table = new MaglevTable(sharesOf([1, 1, 1]), settings);
    const asHash = (hash: bigint): string | undefined => table.pick(hash, 0)?.address;
    expect(table.pick(77n, 1)?.address).toBe(asHash(77n ^ 0xffff_ffff_ffff_ffffn));
    expect(table.pick(77n, 2)?.address).toBe(asHash(77n ^ 0xffff_ffff_ffff_fffen));
    expect(new MaglevTable([], settings).pick(5n, 0)).toBeUndefined();
  });
});

describe("MersenneTwister", () => {
  it("gives the numbers of std::mt19937", ({ expect }) => {
    const random = new MersenneTwister(5489);
    const numbers = Array.from({ length: 10_000 }, () => random.uint32());
    // The 10000th is in the C++ standard, [rand.predef].
    expect([numbers[0], numbers[1], numbers[9999]]).toEqual([3_499_211_612, 581_869_302, 4_123_659_995]);
  });
});

describe("BoundedTable", () => {
  const shares = sharesOf([1, 1, 1, 1]);
  const inner = new HashRing(shares, { ...RING, hashFunction: "xxhash", minRingSize: 1024, maxRingSize: 1024 });
  const bounded = (active: readonly number[]): BoundedTable => {
    for (const [at, { host }] of shares.entries()) host.counters.rqActive = active[at] ?? 0;
    const activeRequests = (): number => active.reduce((sum, each) => sum + each, 0);
    return new BoundedTable({ table: inner, shares, balanceFactor: 150, activeRequests });
  };
  const keys = Array.from({ length: 200 }, (_, at) => xxHash64(`key-${at}`));

  it("gives the table's host while that is not overloaded", ({ expect }) => {
    const table = bounded([3, 3, 3, 3]);
    expect(keys.map((key) => table.pick(key, 0))).toEqual(keys.map((key) => inner.pick(key, 0)));
  });

  it("gives another to the keys of a host with more than its share, the same for the same key", ({ expect }) => {
    const [first] = shares;
    const table = bounded([9, 1, 1, 1]);
    const picked = keys.map((key) => table.pick(key, 0));
    expect(picked).not.toContain(first?.host);
    expect(keys.map((key) => table.pick(key, 0))).toEqual(picked);
    const others = keys.filter((key) => inner.pick(key, 0) !== first?.host);
    expect(others.map((key) => table.pick(key, 0))).toEqual(others.map((key) => inner.pick(key, 0)));
    expect(new Set(picked).size).toBe(3);
  });
});
