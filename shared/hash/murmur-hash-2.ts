import { byteAt, bytesToHash, type HashInput, readWord32 } from "./hash-bytes.ts";
import { Word64 } from "./word-64.ts";

const MULTIPLIER = Word64.fromBigInt(0xc6a4_a793_5bd1_e995n);
/** The seed of `std::hash` in GNU libstdc++, which Envoy's ring hash uses. */
const STANDARD_SEED = Word64.fromBigInt(0xc70f_6907n);

/** MurmurHash2, 64 bit, as `std::hash` of GNU libstdc++ computes it, unsigned. */
export function murmurHash2(data: HashInput, seed: bigint = 0xc70f_6907n): bigint {
  return murmurHash2Word(data, Word64.fromBigInt(seed)).toBigInt();
}

/** The same without a `bigint`, for who computes many. The result is the caller's. */
export function murmurHash2Word(data: HashInput, seed: Word64 = STANDARD_SEED): Word64 {
  const bytes = bytesToHash(data);
  const { length } = data;
  const hash = new Word64(0, length).multiply(MULTIPLIER).xor(seed);
  const input = new Word64(0, 0);
  const end = length - (length % 8);
  for (let at = 0; at < end; at += 8) {
    input.set(readWord32(bytes, at + 4), readWord32(bytes, at));
    hash.xor(input.multiply(MULTIPLIER).xorShiftRight(47).multiply(MULTIPLIER)).multiply(MULTIPLIER);
  }
  if (end < length) hash.xor(readTail(bytes, end, length, input)).multiply(MULTIPLIER);
  return hash.xorShiftRight(47).multiply(MULTIPLIER).xorShiftRight(47);
}

function readTail(bytes: Uint8Array, from: number, length: number, into: Word64): Word64 {
  into.set(0, 0);
  for (let at = from; at < length; at++) {
    const shift = 8 * (at - from);
    if (shift < 32) into.lo |= byteAt(bytes, at) << shift;
    else into.hi |= byteAt(bytes, at) << (shift - 32);
  }
  return into;
}
