/** Octets that have a meaning in the grammar of messages (RFC 9112). */
export const BYTE = {
  tab: 0x09,
  lineFeed: 0x0a,
  carriageReturn: 0x0d,
  space: 0x20,
  quote: 0x22,
  zero: 0x30,
  nine: 0x39,
  colon: 0x3a,
  semicolon: 0x3b,
  equals: 0x3d,
  backslash: 0x5c,
} as const;

/** For a `tchar` (RFC 9110 section 5.6.2) the octet in lower case, for any other octet 0. */
export const TOKEN: Uint8Array = byteTable((byte) => {
  const char = String.fromCharCode(byte);
  return /^[A-Za-z0-9!#$%&'*+.^_`|~-]$/.test(char) ? char.toLowerCase().charCodeAt(0) : 0;
});

/** 1 for what a field value may hold: visible octets, space, tab and obs-text (RFC 9110 section 5.5). */
export const FIELD_OCTET: Uint8Array = byteTable((byte) => (isVisible(byte) || isBlank(byte) || byte >= 0x80 ? 1 : 0));

/** 1 for what a request target may hold. Octets above 0x7f are refused, as by Envoy; so is what is not visible. */
export const TARGET_OCTET: Uint8Array = byteTable((byte) => (isVisible(byte) ? 1 : 0));

/** For a hexadecimal digit its value plus 1, for any other octet 0. */
export const HEX_DIGIT: Uint8Array = byteTable((byte) => {
  const char = String.fromCharCode(byte);
  return /^[0-9A-Fa-f]$/.test(char) ? Number.parseInt(char, 16) + 1 : 0;
});

export function isBlank(byte: number | undefined): boolean {
  return byte === BYTE.space || byte === BYTE.tab;
}

export function isDigit(byte: number): boolean {
  return byte >= BYTE.zero && byte <= BYTE.nine;
}

function isVisible(byte: number): boolean {
  return byte > BYTE.space && byte < 0x7f;
}

function byteTable(entry: (byte: number) => number): Uint8Array {
  return Uint8Array.from({ length: 256 }, (_, byte) => entry(byte));
}
