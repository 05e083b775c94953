/** What is hashed: bytes, or a string of which each character is one byte (as header values are). */
export type HashInput = string | Uint8Array;

/** Strings up to this length are hashed without an allocation. */
const scratch = new Uint8Array(256);

/** The bytes of the input, valid until the next call; `length` of them count. */
export function bytesToHash(data: HashInput): Uint8Array {
  if (typeof data !== "string") return data;
  const bytes = data.length <= scratch.length ? scratch : new Uint8Array(data.length);
  for (let at = 0; at < data.length; at++) bytes[at] = data.charCodeAt(at);
  return bytes;
}

/** Four bytes, the first one lowest. */
export function readWord32(bytes: Uint8Array, at: number): number {
  return (
    byteAt(bytes, at) | (byteAt(bytes, at + 1) << 8) | (byteAt(bytes, at + 2) << 16) | (byteAt(bytes, at + 3) << 24)
  );
}

/** Zero beyond the end. */
export function byteAt(bytes: Uint8Array, at: number): number {
  return bytes[at] ?? 0;
}
