import type { Bootstrap, RuntimeLayer } from "../schema/envoy-types.ts";

type Json = null | boolean | number | string | readonly Json[] | { readonly [name: string]: Json };
type JsonRecord = { readonly [name: string]: Json };
type RuntimeValues = ReadonlyMap<string, Json>;

/**
 * The configuration with the values of `layered_runtime` in the place of the defaults that name their keys, later layers over
 * earlier ones. Only static layers have values here, and those never change, so nobody has to look a key up per request.
 * Source: Envoy `Runtime::SnapshotImpl`.
 */
export function withRuntime(bootstrap: Bootstrap): Bootstrap {
  const values = valuesOf(bootstrap.layeredRuntime?.layers ?? []);
  // Nothing else is changed, so that the shape stays that of a bootstrap.
  return values.size === 0 ? bootstrap : (replaced(bootstrap as unknown as Json, "", values) as unknown as Bootstrap);
}

function valuesOf(layers: readonly RuntimeLayer[]): RuntimeValues {
  const values = new Map<string, Json>();
  for (const { staticLayer } of layers) if (staticLayer !== undefined) collect(staticLayer, "", values);
  return values;
}

/** Nested objects are written as keys with dots; a fraction is a value. */
function collect(layer: JsonRecord, prefix: string, into: Map<string, Json>): void {
  for (const [name, value] of Object.entries(layer)) {
    if (isRecord(value) && !isFraction(value)) collect(value, `${prefix}${name}.`, into);
    else into.set(prefix + name, value);
  }
}

function replaced(json: Json, field: string, values: RuntimeValues): Json {
  if (Array.isArray(json)) return json.map((entry: Json) => replaced(entry, field, values));
  if (!isRecord(json)) return json;
  const entries = Object.entries(json).map(([name, value]): [string, Json] => [name, replaced(value, name, values)]);
  const { runtimeKey } = json;
  const value = typeof runtimeKey === "string" ? values.get(runtimeKey) : undefined;
  if (value === undefined) return Object.fromEntries(entries);
  const target = field === "runtimeFilter" ? "percentSampled" : "defaultValue";
  const typed = valueLike(json[target] ?? (field === "runtimeFilter" ? {} : undefined), value);
  return typed === undefined ? json : { ...Object.fromEntries(entries), [target]: typed };
}

/** The value as the message wants it, whose default shows what it takes; `undefined` for one that it cannot take. */
function valueLike(byDefault: Json | undefined, value: Json): Json | undefined {
  const plain = typeof value === "string" ? scalarOf(value) : value;
  if (isRecord(byDefault)) return isFraction(plain) ? plain : fractionOf(plain, "value" in byDefault);
  return byDefault === undefined || typeof byDefault === typeof plain ? plain : undefined;
}

/** A number stands for that many percent. */
function fractionOf(value: Json, isPercent: boolean): Json | undefined {
  if (typeof value !== "number" || value < 0) return undefined;
  return isPercent ? { value } : { numerator: Math.min(100, Math.trunc(value)) };
}

function scalarOf(text: string): Json {
  if (text === "true" || text === "false") return text === "true";
  return /^-?\d+(?:\.\d+)?$/.test(text) ? Number(text) : text;
}

function isFraction(value: Json): value is JsonRecord {
  return isRecord(value) && ("numerator" in value || "denominator" in value);
}

function isRecord(value: Json | undefined): value is JsonRecord {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
