import { describe, it } from "vitest";
import { murmurHash2 } from "../../../shared/hash/murmur-hash-2.ts";

// By `std::hash` of GNU libstdc++.
const VECTORS: readonly (readonly [string, bigint])[] = [
  ["", 0x553e93901e462a6en],
  ["a", 0x454ddee488c1ed6bn],
  ["abc", 0x32d82bf8ed3dba39n],
  ["foo", 0x85a8e535edf11e5an],
  ["1234567", 0x6d7a4e79e8a2cbf6n],
  ["12345678", 0x8c5b90a33a04dca5n],
  ["123456789", 0xaaeb28d3d5f165c0n],
  ["10.0.0.1:80_0", 0xbd8f6461ecffb28cn],
  ["Nobody inspects the spammish repetition", 0xc3b23f5033ade0d1n],
  [String.fromCharCode(...Array.from({ length: 23 }, (_, at) => at * 11)), 0xc884791a487f1b71n],
];

describe("murmurHash2", () => {
  it.for(VECTORS)("gives the standard library's hash of %j", ([text, hash], { expect }) => {
    expect(murmurHash2(text)).toBe(hash);
    expect(murmurHash2(Uint8Array.from(text, (byte) => byte.charCodeAt(0)))).toBe(hash);
  });
});
