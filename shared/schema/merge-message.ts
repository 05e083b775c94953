import { durationOf, parseDuration, renderDuration } from "./duration.ts";
import {
  createKeyedObject,
  isJsonObject,
  type JsonObject,
  type JsonValue,
  type MutableJsonObject,
} from "./json-value.ts";
import { type FieldSchema, messageSchema, type MessageSchema } from "./message-schema.ts";
import { scalarDefault } from "./scalars.ts";
import { hasSpecialJson, wrappedType } from "./well-known-types.ts";

/**
 * Merges canonical JSON as protobuf merges messages: scalars of the overlay replace, lists append, maps replace by key,
 * messages merge, and setting one member of a oneof unsets the others.
 */
export function mergeMessage(base: JsonObject, overlay: JsonObject, schema: MessageSchema): JsonObject {
  const merged: MutableJsonObject = {};
  for (const field of schema.fields) {
    const value = mergeField(base[field.jsonName], overlay[field.jsonName], field);
    if (value !== undefined && !isUnset(field, schema, overlay)) merged[field.jsonName] = value;
  }
  return merged;
}

/** Whether the overlay sets another member of the field's oneof. */
function isUnset(field: FieldSchema, schema: MessageSchema, overlay: JsonObject): boolean {
  if (field.oneof === undefined || overlay[field.jsonName] !== undefined) return false;
  return schema.fields.some((other) => other.oneof === field.oneof && overlay[other.jsonName] !== undefined);
}

function mergeField(
  base: JsonValue | undefined,
  overlay: JsonValue | undefined,
  field: FieldSchema,
): JsonValue | undefined {
  if (base === undefined || overlay === undefined) return overlay ?? base;
  if (field.shape === "list") return joinLists(base, overlay);
  if (field.shape === "map") return joinObjects(base, overlay);
  return field.kind === "message" ? mergeValues(base, overlay, field.type) : overlay;
}

function mergeValues(base: JsonValue, overlay: JsonValue, type: string): JsonValue {
  const wrapped = wrappedType(type);
  // A wrapper is a message around a scalar, and merging a message passes over scalars that have their default.
  if (wrapped !== undefined) return overlay === scalarDefault(wrapped) ? base : overlay;
  if (hasSpecialJson(type)) return mergeSpecial(base, overlay, type);
  const schema = messageSchema(type);
  if (schema === undefined || !isJsonObject(base) || !isJsonObject(overlay)) return overlay;
  return mergeMessage(base, overlay, schema);
}

function mergeSpecial(base: JsonValue, overlay: JsonValue, type: string): JsonValue {
  switch (type) {
    case "google.protobuf.Struct":
      return joinObjects(base, overlay);
    case "google.protobuf.ListValue":
      return joinLists(base, overlay);
    case "google.protobuf.Duration":
      return typeof base === "string" && typeof overlay === "string" ? mergeDurations(base, overlay) : overlay;
    default:
      return overlay;
  }
}

/** Seconds and nanos are two scalars, and zero is the default of both. */
function mergeDurations(base: string, overlay: string): string {
  const [before, after] = [parseDuration(base), parseDuration(overlay)];
  if (before === undefined || after === undefined) return overlay;
  const merged = durationOf(after.seconds || before.seconds, after.nanos || before.nanos);
  return merged === undefined ? overlay : renderDuration(merged);
}

function joinLists(base: JsonValue, overlay: JsonValue): JsonValue {
  return Array.isArray(base) && Array.isArray(overlay) ? [...base, ...overlay] : overlay;
}

function joinObjects(base: JsonValue, overlay: JsonValue): JsonValue {
  if (!isJsonObject(base) || !isJsonObject(overlay)) return overlay;
  const joined = createKeyedObject();
  for (const [key, value] of [...Object.entries(base), ...Object.entries(overlay)]) joined[key] = value;
  return joined;
}
