import { fromByteString, toByteString } from "../matching/byte-string.ts";

/** What JSON must escape, and what is no ASCII. */
// oxlint-disable-next-line no-control-regex -- JSON escapes control characters
const NOT_PLAIN = /[\x00-\x1f"\\\x7f-\xff]/;

/** A byte string as a JSON string, itself a byte string. Bytes that are no UTF-8 become U+FFFD. */
export function quoteJson(text: string): string {
  if (!NOT_PLAIN.test(text)) return `"${text}"`;
  return toByteString(JSON.stringify(fromByteString(text)).replaceAll("\x7f", "\\u007f"));
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
