const DECODER = new TextDecoder("utf-8", { fatal: false, ignoreBOM: true });
const ENCODER = new TextEncoder();

/** From this length on the platform's decoder is faster than joining characters. */
const DECODER_PAYS_FROM = 20;

/**
 * The bytes from `start` to `end` as text, one code unit each, as text is everywhere in the core. `isAscii` promises that all of
 * them are below 0x80: only then a platform decoder gives the same, for what the Encoding standard calls `latin1` is windows-1252.
 */
export function latin1Text(bytes: Uint8Array, start: number, end: number, isAscii: boolean): string {
  if (isAscii && end - start >= DECODER_PAYS_FROM) return DECODER.decode(bytes.subarray(start, end));
  let text = "";
  let at = start;
  for (; at + 4 <= end; at += 4) {
    text += String.fromCharCode(bytes[at] ?? 0, bytes[at + 1] ?? 0, bytes[at + 2] ?? 0, bytes[at + 3] ?? 0);
  }
  for (; at < end; at++) text += String.fromCharCode(bytes[at] ?? 0);
  return text;
}

/** The way back. Code units above 0xff do not occur. */
export function latin1Bytes(text: string): Uint8Array {
  const bytes = ENCODER.encode(text);
  return bytes.length === text.length ? bytes : Uint8Array.from(text, (char) => char.charCodeAt(0));
}
