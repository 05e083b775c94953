/** The beginning of a line whose end has not come yet. Grows by doubling, so that a line in single bytes costs no more than its length. */
export class LineCarry {
  #bytes: Uint8Array = new Uint8Array(256);
  #length = 0;

  get length(): number {
    return this.#length;
  }

  /** What was kept, from index 0 to {@link length}; valid until the next call. */
  get bytes(): Uint8Array {
    return this.#bytes;
  }

  /** Copies the bytes from `start` to `end`. */
  add(bytes: Uint8Array, start: number, end: number): void {
    const length = this.#length + end - start;
    if (length > this.#bytes.length) this.#grow(length);
    this.#bytes.set(bytes.subarray(start, end), this.#length);
    this.#length = length;
  }

  clear(): void {
    this.#length = 0;
  }

  #grow(length: number): void {
    const grown = new Uint8Array(Math.max(length, this.#bytes.length * 2));
    grown.set(this.#bytes.subarray(0, this.#length));
    this.#bytes = grown;
  }
}
