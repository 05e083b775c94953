/**
 * A configured text in the form that header names, values and paths have here: a byte string, one code unit (0x00 to 0xFF) per
 * byte. Configuration is Unicode, so a non-ASCII text becomes the code units of its UTF-8 bytes. ASCII is returned as it is.
 */
export function toByteString(text: string): string {
  // oxlint-disable-next-line no-control-regex -- the range is the definition of ASCII
  if (/^[\x00-\x7f]*$/.test(text)) return text;
  let bytes = "";
  for (const byte of new TextEncoder().encode(text)) bytes += String.fromCharCode(byte);
  return bytes;
}

const DECODER = new TextDecoder("utf-8", { fatal: false, ignoreBOM: true });

/** The way back: the text whose UTF-8 bytes these are. Bytes that are no UTF-8 become U+FFFD. */
export function fromByteString(bytes: string): string {
  // oxlint-disable-next-line no-control-regex -- the range is the definition of ASCII
  if (/^[\x00-\x7f]*$/.test(bytes)) return bytes;
  return DECODER.decode(Uint8Array.from(bytes, (character) => character.charCodeAt(0)));
}
