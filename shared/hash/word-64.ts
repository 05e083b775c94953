/** An unsigned 64-bit number that is changed in place, in two halves: many times as fast as a `bigint` where hashes are computed. */
export class Word64 {
  hi: number;
  lo: number;

  constructor(hi: number, lo: number) {
    this.hi = hi | 0;
    this.lo = lo | 0;
  }

  static fromBigInt(value: bigint): Word64 {
    return new Word64(Number((value >> 32n) & 0xffff_ffffn), Number(value & 0xffff_ffffn));
  }

  toBigInt(): bigint {
    return (BigInt(this.hi >>> 0) << 32n) | BigInt(this.lo >>> 0);
  }

  clone(): Word64 {
    return new Word64(this.hi, this.lo);
  }

  set(hi: number, lo: number): this {
    this.hi = hi;
    this.lo = lo;
    return this;
  }

  add({ hi, lo }: Word64): this {
    const sum = (this.lo >>> 0) + (lo >>> 0);
    this.hi = (this.hi + hi + (sum > 0xffff_ffff ? 1 : 0)) | 0;
    this.lo = sum | 0;
    return this;
  }

  xor({ hi, lo }: Word64): this {
    this.hi ^= hi;
    this.lo ^= lo;
    return this;
  }

  /** The lower 64 bits of the product. */
  multiply({ hi, lo }: Word64): this {
    this.hi = (upperHalf(this.lo, lo) + Math.imul(this.lo, hi) + Math.imul(this.hi, lo)) | 0;
    this.lo = Math.imul(this.lo, lo);
    return this;
  }

  /** By 1 to 31 bits. */
  rotateLeft(bits: number): this {
    const { hi, lo } = this;
    this.hi = (hi << bits) | (lo >>> (32 - bits));
    this.lo = (lo << bits) | (hi >>> (32 - bits));
    return this;
  }

  /** `this ^= this >>> bits`, for 1 to 63 bits. */
  xorShiftRight(bits: number): this {
    const { hi, lo } = this;
    if (bits >= 32) {
      this.lo = lo ^ (hi >>> (bits - 32));
      return this;
    }
    this.lo = lo ^ ((lo >>> bits) | (hi << (32 - bits)));
    this.hi = hi ^ (hi >>> bits);
    return this;
  }

  /** For a divisor below 2^24, so that no intermediate number is beyond what a double holds exactly. */
  modulo(divisor: number): number {
    const upper = ((this.hi >>> 0) % divisor) * 0x10000 + (this.lo >>> 16);
    return ((upper % divisor) * 0x10000 + (this.lo & 0xffff)) % divisor;
  }
}

/** The upper half of the product of two unsigned 32-bit numbers. */
function upperHalf(a: number, b: number): number {
  const [aLow, aHigh, bLow, bHigh] = [a & 0xffff, a >>> 16, b & 0xffff, b >>> 16];
  const middle = aHigh * bLow + ((aLow * bLow) >>> 16);
  const carry = aLow * bHigh + (middle & 0xffff);
  return aHigh * bHigh + (middle >>> 16) + (carry >>> 16);
}
