/**
 * Bytes in pieces: the mutable buffer that a filter chain shares. A filter drains, prepends or appends; nobody copies. Chunks
 * are owned by the queue once added and are not written to again.
 */
export class ChunkQueue {
  #chunks: Uint8Array[] = [];
  #byteLength = 0;

  get byteLength(): number {
    return this.#byteLength;
  }

  get isEmpty(): boolean {
    return this.#byteLength === 0;
  }

  add(chunk: Uint8Array): void {
    if (chunk.byteLength === 0) return;
    this.#chunks.push(chunk);
    this.#byteLength += chunk.byteLength;
  }

  prepend(chunk: Uint8Array): void {
    if (chunk.byteLength === 0) return;
    this.#chunks.unshift(chunk);
    this.#byteLength += chunk.byteLength;
  }

  /** Moves everything of `other` to the end of this queue; `other` is empty afterwards. */
  move(other: ChunkQueue): void {
    for (const chunk of other.#chunks) this.#chunks.push(chunk);
    this.#byteLength += other.#byteLength;
    other.clear();
  }

  /** Takes the first chunk as it is, or `undefined` from an empty queue. */
  shift(): Uint8Array | undefined {
    const chunk = this.#chunks.shift();
    if (chunk !== undefined) this.#byteLength -= chunk.byteLength;
    return chunk;
  }

  /** Drops up to `byteCount` bytes from the front and says how many it dropped. */
  drain(byteCount: number): number {
    let left = Math.min(byteCount, this.#byteLength);
    const dropped = left;
    while (left > 0) {
      const chunk = this.#chunks[0];
      if (chunk === undefined) break;
      if (chunk.byteLength > left) {
        this.#chunks[0] = chunk.subarray(left);
        left = 0;
      } else {
        this.#chunks.shift();
        left -= chunk.byteLength;
      }
    }
    this.#byteLength -= dropped;
    return dropped;
  }

  clear(): void {
    this.#chunks = [];
    this.#byteLength = 0;
  }

  /** The content as one array: the only chunk itself, or a copy of all of them. The queue keeps it. */
  bytes(): Uint8Array {
    const only = this.#chunks[0];
    if (only !== undefined && this.#chunks.length === 1) return only;
    const joined = new Uint8Array(this.#byteLength);
    let at = 0;
    for (const chunk of this.#chunks) {
      joined.set(chunk, at);
      at += chunk.byteLength;
    }
    return joined;
  }

  *[Symbol.iterator](): Generator<Uint8Array, void, undefined> {
    yield* this.#chunks;
  }
}
