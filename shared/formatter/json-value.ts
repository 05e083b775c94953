import { toByteString } from "../matching/byte-string.ts";

/** What JSON must escape, and what is no ASCII. */
// oxlint-disable-next-line no-control-regex -- JSON escapes control characters
const NOT_PLAIN = /[\x00-\x1f"\\\x80-\xff]/;
const STRICT = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** A byte string as a JSON string, itself a byte string. As in Envoy, what is not UTF-8 has its bytes escaped one by one. */
export function quoteJson(text: string): string {
  if (!NOT_PLAIN.test(text)) return `"${text}"`;
  const decoded = decodedUtf8(text);
  if (decoded !== undefined) return toByteString(JSON.stringify(decoded));
  return JSON.stringify(text).replace(/[\x80-\xff]/g, (byte) => `\\u00${byte.charCodeAt(0).toString(16)}`);
}

function decodedUtf8(bytes: string): string | undefined {
  try {
    return STRICT.decode(Uint8Array.from(bytes, (character) => character.charCodeAt(0)));
  } catch {
    return undefined;
  }
}

/** Plain data as JSON with the keys of objects in order, as Envoy prints it; a byte string. */
export function renderJson(value: unknown): string {
  return toByteString(JSON.stringify(sorted(value)));
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(sortedEntries(value).map(([key, inner]) => [key, sorted(inner)]));
}

/** The fields of an object by name. */
export function sortedEntries(value: object): [string, unknown][] {
  return Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1));
}
