import type { UpstreamHost } from "../../host/upstream-host.ts";

/** The namespace of metadata that balancing reads. */
export const LB_METADATA = "envoy.lb";

type Values = Readonly<Record<string, unknown>>;

/** Equal exactly for equal keys with equal values, in whatever order they are written. */
export function subsetKey(criteria: readonly (readonly [key: string, value: unknown])[]): string {
  return renderSorted(criteria);
}

/** The keys of the subsets that a host belongs to by the keys of one selector: several where a list stands for any of its values. */
export function subsetKeysOf(host: UpstreamHost, keys: readonly string[], listAsAny: boolean): readonly string[] {
  const metadata = host.metadata[LB_METADATA] ?? {};
  let found: (readonly (readonly [string, unknown])[])[] = [[]];
  for (const key of keys) {
    if (!Object.hasOwn(metadata, key)) return [];
    const values = valuesOf(metadata[key], listAsAny);
    found = found.flatMap((criteria) => values.map((value) => [...criteria, [key, value] as const]));
  }
  return keys.length === 0 ? [] : [...new Set(found.map(subsetKey))];
}

/** Whether a host has all that is wanted. */
export function hasMetadata(host: UpstreamHost, wanted: Values, listAsAny: boolean): boolean {
  const metadata = host.metadata[LB_METADATA] ?? {};
  return Object.entries(wanted).every(([key, value]) => {
    if (!Object.hasOwn(metadata, key)) return false;
    const text = renderValue(value);
    return valuesOf(metadata[key], listAsAny).some((each) => renderValue(each) === text);
  });
}

function valuesOf(value: unknown, listAsAny: boolean): readonly unknown[] {
  return listAsAny && Array.isArray(value) ? value : [value];
}

function renderValue(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(renderValue).join()}]`;
  if (typeof value === "object" && value !== null) return renderSorted(Object.entries(value));
  return JSON.stringify(value);
}

function renderSorted(entries: readonly (readonly [string, unknown])[]): string {
  const sorted = [...entries].sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${sorted.map(([key, value]) => `${JSON.stringify(key)}:${renderValue(value)}`).join()}}`;
}
