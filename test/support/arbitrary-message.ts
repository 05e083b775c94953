import fc from "fast-check";
import { enumSchema } from "../../shared/schema/enum-schema.ts";
import { renderDuration } from "../../shared/schema/duration.ts";
import { createKeyedObject, type JsonObject, type JsonValue } from "../../shared/schema/json-value.ts";
import { type FieldSchema, messageSchema, messageNames } from "../../shared/schema/message-schema.ts";
import { isInteger64, scalarDefault } from "../../shared/schema/scalars.ts";
import { hasSpecialJson, wrappedType } from "../../shared/schema/well-known-types.ts";

const MOST_FIELDS = 5;
const ANY_CONTENTS = [
  "google.protobuf.Struct",
  "google.protobuf.Duration",
  "google.protobuf.UInt64Value",
  "envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy",
  "envoy.config.cluster.v3.Cluster",
];

/** Full names of messages whose JSON is an object of fields, and which Envoy's own configuration can hold. */
export const configMessageNames: readonly string[] = messageNames().filter((name) => name.startsWith("envoy."));

/** Canonical JSON of a message: fields in order, defaults left out, no two members of a oneof. Rules are not respected. */
export function arbitraryMessage(fullName: string, depth = 3): fc.Arbitrary<JsonObject> {
  const fields = (messageSchema(fullName)?.fields ?? []).filter(
    (field) => !field.disallowed && (depth > 0 || field.kind !== "message" || hasSpecialJson(field.type)),
  );
  if (fields.length === 0) return fc.constant({});
  return fc
    .uniqueArray(fc.constantFrom(...fields), { maxLength: MOST_FIELDS, selector: (field) => field.oneof ?? field.name })
    .chain((chosen) =>
      arbitraryFields(
        fields.filter((field) => chosen.includes(field)),
        depth,
      ),
    );
}

function arbitraryFields(fields: readonly FieldSchema[], depth: number): fc.Arbitrary<JsonObject> {
  const values = fields.map((field) => arbitraryField(field, depth));
  return fc.tuple(...values).map((drawn) => {
    const present = fields.map((field, index) => [field.jsonName, drawn[index]] as const);
    return Object.fromEntries(present.filter((entry): entry is readonly [string, JsonValue] => entry[1] !== undefined));
  });
}

function arbitraryField(field: FieldSchema, depth: number): fc.Arbitrary<JsonValue | undefined> {
  const element = arbitraryValue(field.kind, field.type, depth - 1);
  if (field.shape === "list") return fc.array(element, { minLength: 1, maxLength: 3 });
  if (field.shape === "map") return arbitraryMap(element, field.keyType ?? "string");
  if (field.hasPresence) return element;
  const unset = field.kind === "enum" ? enumSchema(field.type)?.names.get(0) : scalarDefault(field.type);
  return element.map((value) => (value === unset ? undefined : value));
}

function arbitraryMap(element: fc.Arbitrary<JsonValue>, keyType: string): fc.Arbitrary<JsonValue> {
  const key = keyType === "string" ? arbitraryKey : fc.nat({ max: 1000 }).map(String);
  return fc.array(fc.tuple(key, element), { minLength: 1, maxLength: 3 }).map(keyed);
}

const arbitraryText: fc.Arbitrary<string> = fc.oneof(
  fc.string({ unit: "binary", maxLength: 8 }).filter((text) => text.isWellFormed() && !hasYamlTrouble(text)),
  fc.constantFrom("", "yes", "~", "0x10", "1.5", " a ", "a: b", "#", "é\u{1f600}", "'\"", "\\n"),
);

/** Characters that no YAML text may hold unescaped, and that the writer of the round trip does not escape. */
function hasYamlTrouble(text: string): boolean {
  return /[\p{Cc}\u2028\u2029\ufeff\ufffe\uffff]/u.test(text);
}

const arbitraryKey: fc.Arbitrary<string> = fc.oneof(
  fc.constantFrom("__proto__", "constructor", "a", "b.c", "7", "~x/y"),
  arbitraryText.filter((text) => text !== ""),
);

function keyed(entries: readonly (readonly [string, JsonValue])[]): JsonObject {
  const object = createKeyedObject();
  for (const [key, value] of entries) object[key] = value;
  return object;
}

function arbitraryValue(kind: FieldSchema["kind"], type: string, depth: number): fc.Arbitrary<JsonValue> {
  if (kind === "scalar") return arbitraryScalar(type);
  if (kind === "enum") return arbitraryEnum(type);
  const wrapped = wrappedType(type);
  if (wrapped !== undefined) return arbitraryScalar(wrapped);
  switch (type) {
    case "google.protobuf.Any":
      return arbitraryAny(depth);
    case "google.protobuf.Struct":
      return arbitraryStruct;
    case "google.protobuf.Value":
      return arbitraryFree;
    case "google.protobuf.ListValue":
      return fc.array(arbitraryFree, { maxLength: 2 });
    case "google.protobuf.Duration":
      return arbitraryDuration;
    case "google.protobuf.Timestamp":
      return fc.constantFrom("2026-01-31T12:00:00Z", "1970-01-01T00:00:00.500Z");
    default:
      return arbitraryMessage(type, depth);
  }
}

function arbitraryAny(depth: number): fc.Arbitrary<JsonValue> {
  const names = depth > 0 ? ANY_CONTENTS : ANY_CONTENTS.filter(hasSpecialJson);
  return fc.constantFrom(...names).chain((name): fc.Arbitrary<JsonValue> => {
    const typeUrl = `type.googleapis.com/${name}`;
    if (!hasSpecialJson(name)) return arbitraryMessage(name, depth - 1).map((json) => ({ "@type": typeUrl, ...json }));
    return arbitraryValue("message", name, depth - 1).map((value) => ({ "@type": typeUrl, value }));
  });
}

const arbitraryDuration: fc.Arbitrary<string> = fc
  .tuple(fc.nat({ max: 10_000 }), fc.constantFrom(0, 1, 250_000_000, 1_000, 999_999_999))
  .map(([seconds, nanos]) => renderDuration({ seconds, nanos }));

// In YAML a Struct has no floats and no integers beyond 32 bits: both are text to Envoy.
const arbitraryFree: fc.Arbitrary<JsonValue> = fc.letrec<{ free: JsonValue; object: JsonValue }>((tie) => ({
  free: fc.oneof(
    { maxDepth: 2 },
    fc.constant(null),
    fc.boolean(),
    fc.integer(),
    arbitraryText,
    fc.array(tie("free"), { maxLength: 2 }),
    tie("object"),
  ),
  object: fc.array(fc.tuple(arbitraryKey, tie("free")), { maxLength: 2 }).map(keyed),
})).free;

const arbitraryStruct: fc.Arbitrary<JsonValue> = fc
  .array(fc.tuple(arbitraryKey, arbitraryFree), { maxLength: 3 })
  .map(keyed);

function arbitraryEnum(type: string): fc.Arbitrary<JsonValue> {
  const schema = enumSchema(type);
  const names = [...(schema?.names.values() ?? [])].filter((name) => schema?.disallowed.has(name) !== true);
  return fc.constantFrom(...names);
}

function arbitraryScalar(type: string): fc.Arbitrary<JsonValue> {
  if (type === "string") return arbitraryText;
  if (type === "bool") return fc.boolean();
  if (type === "bytes") return fc.uint8Array({ maxLength: 7 }).map((bytes) => btoa(String.fromCharCode(...bytes)));
  if (type === "double") return fc.integer({ min: -1_000_000, max: 1_000_000 }).map((value) => value / 8 + 0);
  if (type === "float") return fc.integer({ min: -1000, max: 1000 }).map((value) => value / 4 + 0);
  const unsigned = type.startsWith("u") || type.startsWith("f");
  if (!isInteger64(type)) return fc.integer({ min: unsigned ? 0 : -(2 ** 31), max: 2 ** 31 - 1 });
  const range = unsigned ? { min: 0n, max: 2n ** 64n - 1n } : { min: -(2n ** 63n), max: 2n ** 63n - 1n };
  return fc.bigInt(range).map(String);
}
