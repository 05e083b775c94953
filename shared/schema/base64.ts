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
