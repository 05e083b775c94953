import fc from "fast-check";
import { describe, it } from "vitest";
import { Word64 } from "../../../shared/hash/word-64.ts";
import { xxHash64 } from "../../../shared/hash/xx-hash-64.ts";

const MASK = (1n << 64n) - 1n;
const counting = (length: number, step: number): Uint8Array =>
  Uint8Array.from({ length }, (_, at) => (at * step) % 256);

// By the reference implementation of xxHash, for the seeds 0, 1 and 0xfedcba9876543210.
const VECTORS: readonly (readonly [string | Uint8Array, bigint, bigint, bigint])[] = [
  ["", 0xef46db3751d8e999n, 0xd5afba1336a3be4bn, 0x7cc8df76db892f66n],
  ["a", 0xd24ec4f1a98c6e5bn, 0xdec2bc81c3cd46c6n, 0xa2edf0ddf102dc7cn],
  ["abc", 0x44bc2cf5ad770999n, 0xbea9ca8199328908n, 0xcfe5aeff5d700cf0n],
  ["10.0.0.1:80", 0x011facba8043b217n, 0xa456919bcbffaa92n, 0x264b441b01e3371en],
  ["Nobody inspects the spammish repetition", 0xfbcea83c8a378bf1n, 0x43f425448d954db6n, 0x1f388689baf899c2n],
  [counting(101, 1), 0xe99038495f85381en, 0x436499928c06f890n, 0x68c99975ef4cd258n],
  [counting(300, 7), 0x240b95edf72f18e0n, 0x083a3678fca327f2n, 0x3fd7009685b1171fn],
];

describe("xxHash64", () => {
  it.for(VECTORS)("gives the published hash of %j", ([data, plain, seeded, seededHigh], { expect }) => {
    expect(xxHash64(data)).toBe(plain);
    expect(xxHash64(data, 1n)).toBe(seeded);
    expect(xxHash64(data, 0xfedcba9876543210n)).toBe(seededHigh);
  });

  it("hashes a byte string as the bytes that it stands for", ({ expect }) => {
    for (const length of [0, 31, 255, 256, 257, 1000]) {
      const bytes = counting(length, 13);
      expect(xxHash64(String.fromCharCode(...bytes))).toBe(xxHash64(bytes));
    }
  });
});

describe("Word64", () => {
  const word = fc.bigInt({ min: 0n, max: MASK });

  it("calculates as 64-bit numbers do", ({ expect }) => {
    const checked = fc.property(word, word, fc.integer({ min: 1, max: 63 }), (a, b, bits) => {
      const [x, y] = [Word64.fromBigInt(a), Word64.fromBigInt(b)];
      expect(x.toBigInt()).toBe(a);
      expect(x.clone().add(y).toBigInt()).toBe((a + b) & MASK);
      expect(x.clone().multiply(y).toBigInt()).toBe((a * b) & MASK);
      expect(x.clone().xor(y).toBigInt()).toBe(a ^ b);
      expect(x.clone().xorShiftRight(bits).toBigInt()).toBe(a ^ (a >> BigInt(bits)));
      const turn = BigInt((bits % 31) + 1);
      expect(x.clone().rotateLeft(Number(turn)).toBigInt()).toBe(((a << turn) | (a >> (64n - turn))) & MASK);
    });
    fc.assert(checked, { seed: 64, numRuns: 2000 });
  });

  it("divides by small numbers", ({ expect }) => {
    const checked = fc.property(word, fc.integer({ min: 1, max: (1 << 24) - 1 }), (a, divisor) => {
      expect(Word64.fromBigInt(a).modulo(divisor)).toBe(Number(a % BigInt(divisor)));
    });
    fc.assert(checked, { seed: 64, numRuns: 2000 });
  });
});
