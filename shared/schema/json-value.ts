/** Canonical JSON as data. Maps and Structs have keys from outside: read them with Object.hasOwn or Object.entries. */
export type JsonValue = null | boolean | number | string | readonly JsonValue[] | JsonObject;

export interface JsonObject {
  readonly [key: string]: JsonValue;
}

/** A JSON object under construction. */
export type MutableJsonObject = { [key: string]: JsonValue };

export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** An object for keys from outside: without a prototype, so that `__proto__` or `constructor` is only data. */
export function createKeyedObject(): MutableJsonObject {
  return Object.create(null) as MutableJsonObject; // `Object.create` is typed as any
}
