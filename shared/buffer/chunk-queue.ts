/** Chunks up to this many bytes are joined where they follow each other. */
const SMALL_BYTES = 512;
/** How many bytes small chunks are joined to. */
const JOINED_BYTES = 4096;

/**
 * Bytes in pieces: the mutable buffer that a filter chain shares. A filter drains, prepends or appends; nobody copies. Chunks
 * are owned by the queue once added and are not written to again. Small ones in a row are joined, since an object for each would
 * weigh a hundred times what a client sent in pieces of one byte.
 */
export class ChunkQueue {
  #chunks: Uint8Array[] = [];
  #byteLength = 0;
  /** Memory of the last chunk, with room behind it that no chunk has yet. */
  #joined: { readonly memory: Uint8Array; readonly chunk: Uint8Array } | undefined;

  get byteLength(): number {
    return this.#byteLength;
  }

  get isEmpty(): boolean {
    return this.#byteLength === 0;
  }

  add(chunk: Uint8Array): void {
    if (chunk.byteLength === 0) return;
    this.#append(chunk);
    this.#byteLength += chunk.byteLength;
  }

  prepend(chunk: Uint8Array): void {
    if (chunk.byteLength === 0) return;
    this.#chunks.unshift(chunk);
    this.#byteLength += chunk.byteLength;
  }

  /** Moves everything of `other` to the end of this queue; `other` is empty afterwards. */
  move(other: ChunkQueue): void {
    for (const chunk of other.#chunks) this.#append(chunk);
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

  #append(chunk: Uint8Array): void {
    const last = this.#chunks.at(-1);
    const joined = last && chunk.byteLength <= SMALL_BYTES ? this.#join(last, chunk) : undefined;
    if (joined === undefined) this.#chunks.push(chunk);
    else this.#chunks[this.#chunks.length - 1] = joined;
  }

  /** Whoever holds `last` still has what it had: only memory behind it is written. */
  #join(last: Uint8Array, chunk: Uint8Array): Uint8Array | undefined {
    const length = last.byteLength + chunk.byteLength;
    if (this.#joined?.chunk !== last) {
      if (last.byteLength > SMALL_BYTES) return undefined;
      const memory = new Uint8Array(JOINED_BYTES);
      memory.set(last);
      this.#joined = { memory, chunk: last };
    }
    const { memory } = this.#joined;
    if (length > JOINED_BYTES) return undefined;
    memory.set(chunk, last.byteLength);
    const joined = memory.subarray(0, length);
    this.#joined = { memory, chunk: joined };
    return joined;
  }
}
