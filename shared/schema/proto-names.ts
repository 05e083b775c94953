import { createKeyedObject, isJsonObject, type JsonObject, type JsonValue } from "./json-value.ts";
import { type FieldSchema, messageSchema } from "./message-schema.ts";
import { typeNameOf } from "./type-url.ts";
import { hasSpecialJson } from "./well-known-types.ts";

/**
 * Canonical JSON of a message with the field names of the proto (`connect_timeout`), as Envoy's `config_dump` prints it. Keys of
 * maps and of Structs are data and stay; so does what the schema does not know.
 */
export function toProtoNames(json: JsonObject, fullName: string): JsonObject {
  const schema = messageSchema(fullName);
  if (schema === undefined) return json;
  const respelled = createKeyedObject();
  for (const [jsonName, value] of Object.entries(json)) {
    const field = schema.fieldsByName.get(jsonName);
    respelled[field?.name ?? jsonName] = field === undefined ? value : respellField(value, field);
  }
  return respelled;
}

function respellField(value: JsonValue, field: FieldSchema): JsonValue {
  if (field.kind !== "message") return value;
  if (field.shape === "list") return Array.isArray(value) ? value.map((item) => respell(item, field.type)) : value;
  if (field.shape === "single" || !isJsonObject(value)) return respell(value, field.type);
  const respelled = createKeyedObject();
  for (const [key, item] of Object.entries(value)) respelled[key] = respell(item, field.type);
  return respelled;
}

function respell(value: JsonValue, type: string): JsonValue {
  if (!isJsonObject(value)) return value;
  if (type === "google.protobuf.Any") return respellAny(value);
  return hasSpecialJson(type) ? value : toProtoNames(value, type);
}

/** The fields of an Any's message stand beside its type; a message with a JSON form of its own stands under `value`. */
function respellAny(any: JsonObject): JsonObject {
  const url = any["@type"];
  const inner = typeNameOf(typeof url === "string" ? url : "");
  if (!hasSpecialJson(inner)) return toProtoNames(any, inner);
  const nested = any["value"];
  return inner === "google.protobuf.Any" && nested !== undefined ? { ...any, value: respell(nested, inner) } : any;
}
