import { byteAt, bytesToHash, type HashInput, readWord32 } from "./hash-bytes.ts";
import { Word64 } from "./word-64.ts";

const PRIME_1 = Word64.fromBigInt(0x9e37_79b1_85eb_ca87n);
const PRIME_2 = Word64.fromBigInt(0xc2b2_ae3d_27d4_eb4fn);
const PRIME_3 = Word64.fromBigInt(0x1656_67b1_9e37_79f9n);
const PRIME_4 = Word64.fromBigInt(0x85eb_ca77_c2b2_ae63n);
const PRIME_5 = Word64.fromBigInt(0x27d4_eb2f_1656_67c5n);
const MINUS_PRIME_1 = Word64.fromBigInt(0x61c8_864e_7a14_3579n);
const ZERO = new Word64(0, 0);
const STRIPE_BYTES = 32;

/** XXH64 of a byte string or of bytes, unsigned. Source: the xxHash algorithm description, section XXH64. */
export function xxHash64(data: HashInput, seed: bigint = 0n): bigint {
  return xxHash64Word(data, seed === 0n ? ZERO : Word64.fromBigInt(seed)).toBigInt();
}

/** The same without a `bigint`, for who computes many. The result is the caller's. */
export function xxHash64Word(data: HashInput, seed: Word64 = ZERO): Word64 {
  const bytes = bytesToHash(data);
  const { length } = data;
  const hash = length < STRIPE_BYTES ? seed.clone().add(PRIME_5) : hashStripes(bytes, length, seed);
  hash.add(new Word64(0, length));
  return finish(hash, bytes, length);
}

/** All whole stripes of 32 bytes, by four accumulators. */
function hashStripes(bytes: Uint8Array, length: number, seed: Word64): Word64 {
  const lanes = [
    seed.clone().add(PRIME_1).add(PRIME_2),
    seed.clone().add(PRIME_2),
    seed.clone(),
    seed.clone().add(MINUS_PRIME_1),
  ] as const;
  const end = length - (length % STRIPE_BYTES);
  const input = new Word64(0, 0);
  for (let at = 0; at < end;) {
    for (const lane of lanes) {
      round(lane, read(bytes, at, input));
      at += 8;
    }
  }
  const hash = new Word64(0, 0);
  for (const [index, bits] of [1, 7, 12, 18].entries()) hash.add((lanes[index] ?? ZERO).clone().rotateLeft(bits));
  for (const lane of lanes)
    hash
      .xor(round(new Word64(0, 0), lane))
      .multiply(PRIME_1)
      .add(PRIME_4);
  return hash;
}

/** The bytes after the last whole stripe, then the avalanche. */
function finish(hash: Word64, bytes: Uint8Array, length: number): Word64 {
  const input = new Word64(0, 0);
  let at = length - (length % STRIPE_BYTES);
  for (; at + 8 <= length; at += 8) {
    const mixed = round(new Word64(0, 0), read(bytes, at, input));
    hash.xor(mixed).rotateLeft(27).multiply(PRIME_1).add(PRIME_4);
  }
  if (at + 4 <= length) {
    hash
      .xor(input.set(0, readWord32(bytes, at)).multiply(PRIME_1))
      .rotateLeft(23)
      .multiply(PRIME_2)
      .add(PRIME_3);
    at += 4;
  }
  for (; at < length; at++) {
    hash
      .xor(input.set(0, byteAt(bytes, at)).multiply(PRIME_5))
      .rotateLeft(11)
      .multiply(PRIME_1);
  }
  return hash.xorShiftRight(33).multiply(PRIME_2).xorShiftRight(29).multiply(PRIME_3).xorShiftRight(32);
}

function round(lane: Word64, input: Word64): Word64 {
  const scaled = input.clone().multiply(PRIME_2);
  return lane.add(scaled).rotateLeft(31).multiply(PRIME_1);
}

function read(bytes: Uint8Array, at: number, into: Word64): Word64 {
  return into.set(readWord32(bytes, at + 4), readWord32(bytes, at));
}
