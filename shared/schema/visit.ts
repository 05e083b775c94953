import { ConfigPath } from "../diagnostics/config-path.ts";
import { isJsonObject, type JsonObject, type JsonValue } from "./json-value.ts";
import { type FieldSchema, messageSchema } from "./message-schema.ts";
import { typeNameOfAny } from "./type-url.ts";
import { hasSpecialJson } from "./well-known-types.ts";

export { messageFields } from "./message-schema.ts";

/** What a visit asks at each step. A hook that is left out counts as one that returns true. */
export interface MessageVisitor {
  /** Each message, the root and those in an Any included, before its fields. Return false to pass its fields by. */
  message?(fullName: string, path: ConfigPath, json: JsonObject): boolean;
  /** Each field that is set, whole: a list or map field comes once. Return false not to go into its value. */
  field?(message: string, jsonName: string, value: JsonValue, path: ConfigPath): boolean;
}

/**
 * Walks canonical JSON from a root message, in the order of the fields, through lists, maps and Any. Types with a JSON form of
 * their own (durations, wrappers, Struct) are values, not messages. What the schema does not know is passed by. `path` is that of the
 * root message.
 */
export function visitMessages(
  json: unknown,
  rootType: string,
  visitor: MessageVisitor,
  path: ConfigPath = ConfigPath.root,
): void {
  if (isJsonObject(json)) visitMessage(json, rootType, path, visitor);
}

function visitMessage(json: JsonObject, fullName: string, path: ConfigPath, visitor: MessageVisitor): void {
  const schema = messageSchema(fullName);
  if (schema === undefined || visitor.message?.(fullName, path, json) === false) return;
  for (const field of schema.fields) {
    const value = json[field.jsonName];
    if (value === undefined) continue;
    const fieldPath = path.field(field.jsonName);
    if (visitor.field?.(fullName, field.jsonName, value, fieldPath) === false) continue;
    if (field.kind === "message") visitMessagesIn(value, field, fieldPath, visitor);
  }
}

function visitMessagesIn(value: JsonValue, field: FieldSchema, path: ConfigPath, visitor: MessageVisitor): void {
  if (hasSpecialJson(field.type) && field.type !== "google.protobuf.Any") return;
  for (const [element, elementPath] of elementsOf(value, field, path)) {
    visitElement(element, field.type, elementPath, visitor);
  }
}

/** The values of a field with their paths: one, or each of a list or map. */
export function elementsOf(
  value: JsonValue,
  field: FieldSchema,
  path: ConfigPath,
): (readonly [JsonValue, ConfigPath])[] {
  if (field.shape === "single") return [[value, path]];
  if (Array.isArray(value)) return value.map((item, position) => [item, path.index(position)] as const);
  return isJsonObject(value) ? Object.entries(value).map(([key, item]) => [item, path.key(key)] as const) : [];
}

function visitElement(element: JsonValue, type: string, path: ConfigPath, visitor: MessageVisitor): void {
  if (!isJsonObject(element)) return;
  if (type !== "google.protobuf.Any") {
    visitMessage(element, type, path, visitor);
    return;
  }
  const inner = typeNameOfAny(element);
  if (hasSpecialJson(inner)) {
    const nested = element["value"];
    if (inner === "google.protobuf.Any" && nested !== undefined)
      visitElement(nested, inner, path.field("value"), visitor);
    return;
  }
  visitMessage(element, inner, path, visitor);
}
