const SIZE = 624;
const MIDDLE = 397;

/** The 32-bit Mersenne Twister, MT19937. Source: Matsumoto and Nishimura, 1998; `std::mt19937`. */
export class MersenneTwister {
  readonly #state: Uint32Array = new Uint32Array(SIZE);
  #next: number = SIZE;

  /** Of the seed, the lower 32 bits count. */
  constructor(seed: number) {
    this.#state[0] = seed;
    for (let at = 1; at < SIZE; at++) {
      const before = this.#at(at - 1);
      this.#state[at] = Math.imul(before ^ (before >>> 30), 1_812_433_253) + at;
    }
  }

  uint32(): number {
    if (this.#next === SIZE) this.#twist();
    let value = this.#at(this.#next++);
    value ^= value >>> 11;
    value ^= (value << 7) & 0x9d2c_5680;
    value ^= (value << 15) & 0xefc6_0000;
    return (value ^ (value >>> 18)) >>> 0;
  }

  /** Uniform below `limit`. */
  below(limit: number): number {
    const bucket = Math.floor(0x1_0000_0000 / limit);
    let value = limit;
    while (value >= limit) value = Math.floor(this.uint32() / bucket);
    return value;
  }

  #twist(): void {
    for (let at = 0; at < SIZE; at++) {
      const mixed = (this.#at(at) & 0x8000_0000) | (this.#at((at + 1) % SIZE) & 0x7fff_ffff);
      this.#state[at] = this.#at((at + MIDDLE) % SIZE) ^ (mixed >>> 1) ^ (mixed & 1 ? 0x9908_b0df : 0);
    }
    this.#next = 0;
  }

  #at(index: number): number {
    return this.#state[index] ?? 0;
  }
}
