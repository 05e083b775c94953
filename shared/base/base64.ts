const DIGITS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/** RFC 4648 section 4, with padding. */
export function renderBase64(bytes: Uint8Array): string {
  const groups: string[] = [];
  for (let at = 0; at < bytes.length; at += 3) groups.push(renderGroup(bytes.subarray(at, at + 3)));
  return groups.join("");
}

function renderGroup(bytes: Uint8Array): string {
  const [first = 0, second = 0, third = 0] = bytes;
  const bits = (first << 16) | (second << 8) | third;
  const digits = [18, 12, 6, 0].map((shift) => DIGITS.charAt((bits >> shift) & 0x3f)).join("");
  return digits.slice(0, bytes.length + 1).padEnd(4, "=");
}

/** Reads either alphabet (RFC 4648 sections 4 and 5), padding optional; undefined for anything else. */
export function parseBase64(text: string): Uint8Array | undefined {
  if (!/^[A-Za-z0-9+/_-]*={0,2}$/.test(text)) return undefined;
  const digits = text.replace(/=+$/, "").replaceAll("-", "+").replaceAll("_", "/");
  if (digits.length % 4 === 1) return undefined;
  const bytes = new Uint8Array(Math.floor((digits.length * 3) / 4));
  let pending = 0;
  let bits = 0;
  let at = 0;
  for (const digit of digits) {
    pending = ((pending << 6) | DIGITS.indexOf(digit)) & 0xffff;
    bits += 6;
    if (bits < 8) continue;
    bits -= 8;
    bytes[at] = (pending >> bits) & 0xff;
    at += 1;
  }
  return bytes;
}
