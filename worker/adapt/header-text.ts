import { toByteString } from "../../shared/matching/byte-string.ts";

// oxlint-disable-next-line no-control-regex -- the range is the definition of ASCII
const NOT_ASCII = /[^\x00-\x7f]/;
const DECODER = new TextDecoder();

/**
 * The platform hands header values over as text that it decoded from UTF-8; the core, like Envoy, works on bytes, one code unit
 * each. Bytes that are no UTF-8 were replaced by the platform and cannot be had back.
 */
export function valueFromPlatform(value: string): string {
  return NOT_ASCII.test(value) ? toByteString(value) : value;
}

/** The way back: the platform encodes what it is given as UTF-8. */
export function valueToPlatform(value: string): string {
  if (!NOT_ASCII.test(value)) return value;
  return DECODER.decode(Uint8Array.from(value, (unit) => unit.charCodeAt(0)));
}
