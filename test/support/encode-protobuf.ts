import { enumSchema } from "../../shared/schema/enum-schema.ts";
import { parseDuration, type SecondsAndNanos } from "../../shared/schema/duration.ts";
import { isJsonObject, type JsonObject, type JsonValue } from "../../shared/schema/json-value.ts";
import { type FieldSchema, messageSchema, type MessageSchema } from "../../shared/schema/message-schema.ts";
import { elementsOf } from "../../shared/schema/visit.ts";
import { hasSpecialJson, wrappedType } from "../../shared/schema/well-known-types.ts";
import { ConfigPath } from "../../shared/diagnostics/config-path.ts";

// The twin of shared/schema/parse-binary.ts: canonical JSON to protobuf's wire format. Lists of numbers are packed.

type Bytes = readonly number[];

/** Encodes canonical JSON of a message; throws on what the schema does not have. */
export function encodeProtobuf(json: JsonObject, fullName: string): Uint8Array {
  return Uint8Array.from(encodeMessage(json, schemaOf(fullName)));
}

function schemaOf(fullName: string): MessageSchema {
  const schema = messageSchema(fullName);
  if (schema === undefined) throw new Error(`no message ${fullName}`);
  return schema;
}

function encodeMessage(json: JsonObject, schema: MessageSchema): Bytes {
  return schema.fields.flatMap((field) => {
    const value = json[field.jsonName];
    return value === undefined ? [] : encodeField(value, field);
  });
}

function encodeField(value: JsonValue, field: FieldSchema): Bytes {
  if (field.shape === "map") return encodeMap(value, field);
  if (field.shape === "list" && field.kind !== "message" && !["string", "bytes"].includes(field.type)) {
    const packed = Array.isArray(value) ? value.flatMap((item: JsonValue) => encodeScalar(item, field.type)) : [];
    return [...tag(field.number, 2), ...delimited(packed)];
  }
  return elementsOf(value, field, ConfigPath.root).flatMap(([element]) => [
    ...tag(field.number, wireTypeOf(field)),
    ...encodeValue(element, field),
  ]);
}

function encodeMap(value: JsonValue, field: FieldSchema): Bytes {
  const keyField = { ...field, kind: "scalar", type: field.keyType ?? "string", number: 1 } as const;
  const valueField = { ...field, shape: "single", number: 2 } as const;
  return Object.entries(isJsonObject(value) ? value : {}).flatMap(([key, element]) => {
    const keyBytes = [...tag(1, wireTypeOf(keyField)), ...encodeValue(key, keyField)];
    const valueBytes = [...tag(2, wireTypeOf(valueField)), ...encodeValue(element, valueField)];
    return [...tag(field.number, 2), ...delimited([...keyBytes, ...valueBytes])];
  });
}

function encodeValue(value: JsonValue, field: FieldSchema): Bytes {
  return field.kind === "message" ? delimited(encodeSubmessage(value, field.type)) : encodeScalar(value, field.type);
}

function encodeSubmessage(value: JsonValue, type: string): Bytes {
  const wrapped = wrappedType(type);
  if (wrapped !== undefined)
    return [...tag(1, wireTypeOf({ kind: "scalar", type: wrapped })), ...encodeScalar(value, wrapped)];
  if (type === "google.protobuf.Any") return encodeAny(value);
  if (type === "google.protobuf.Struct") return encodeStruct(value);
  if (type === "google.protobuf.Value") return encodeFreeValue(value);
  if (type === "google.protobuf.ListValue") return encodeList(value);
  if (type === "google.protobuf.Duration") return encodeTime(parseDuration(textOf(value)));
  if (type === "google.protobuf.Timestamp") {
    const ms = Date.parse(textOf(value));
    return encodeTime({ seconds: Math.floor(ms / 1000), nanos: (ms % 1000) * 1_000_000 });
  }
  if (!isJsonObject(value)) throw new Error(`cannot encode ${type}`);
  return encodeMessage(value, schemaOf(type));
}

function encodeTime(time: SecondsAndNanos | undefined): Bytes {
  if (time === undefined) throw new Error("no duration or time");
  return [...tag(1, 0), ...varint(BigInt(time.seconds)), ...tag(2, 0), ...varint(BigInt(time.nanos))];
}

function encodeAny(value: JsonValue): Bytes {
  if (!isJsonObject(value)) throw new Error("an Any is an object");
  const typeUrl = textOf(value["@type"] ?? "");
  const type = typeUrl.slice(typeUrl.lastIndexOf("/") + 1);
  const content = hasSpecialJson(type) ? encodeSubmessage(value["value"] ?? null, type) : encodeSubmessage(value, type);
  return [...tag(1, 2), ...delimited(utf8(typeUrl)), ...tag(2, 2), ...delimited(content)];
}

function encodeStruct(value: JsonValue): Bytes {
  return Object.entries(isJsonObject(value) ? value : {}).flatMap(([key, item]) => {
    const entry = [...tag(1, 2), ...delimited(utf8(key)), ...tag(2, 2), ...delimited(encodeFreeValue(item))];
    return [...tag(1, 2), ...delimited(entry)];
  });
}

function encodeList(value: JsonValue): Bytes {
  const items = Array.isArray(value) ? value : [];
  return items.flatMap((item: JsonValue) => [...tag(1, 2), ...delimited(encodeFreeValue(item))]);
}

function encodeFreeValue(value: JsonValue): Bytes {
  if (value === null) return [...tag(1, 0), 0];
  if (typeof value === "number") return [...tag(2, 1), ...encodeScalar(value, "double")];
  if (typeof value === "string") return [...tag(3, 2), ...delimited(utf8(value))];
  if (typeof value === "boolean") return [...tag(4, 0), value ? 1 : 0];
  if (Array.isArray(value)) return [...tag(6, 2), ...delimited(encodeList(value))];
  return [...tag(5, 2), ...delimited(encodeStruct(value))];
}

function encodeScalar(value: JsonValue, type: string): Bytes {
  const text = textOf(value);
  const enumeration = enumSchema(type);
  if (enumeration !== undefined) return varint(BigInt(enumeration.numbers.get(text) ?? 0));
  switch (type) {
    case "string":
      return delimited(utf8(text));
    case "bytes":
      return delimited(Array.from(atob(text), (character) => character.charCodeAt(0)));
    case "bool":
      return [text === "true" ? 1 : 0];
    case "double":
      return fixed(8, (view) => view.setFloat64(0, Number(value), true));
    case "float":
      return fixed(4, (view) => view.setFloat32(0, Number(value), true));
    case "fixed32":
    case "sfixed32":
      return fixed(4, (view) => view.setUint32(0, Number(value), true));
    case "fixed64":
    case "sfixed64":
      return fixed(8, (view) => view.setBigUint64(0, BigInt.asUintN(64, BigInt(text)), true));
    case "sint32":
    case "sint64":
      return varint((BigInt(text) << 1n) ^ (BigInt(text) >> 63n));
    default:
      return varint(BigInt(text));
  }
}

function wireTypeOf({ kind, type }: Pick<FieldSchema, "kind" | "type">): number {
  if (kind === "message" || type === "string" || type === "bytes") return 2;
  if (type === "double" || type === "fixed64" || type === "sfixed64") return 1;
  return type === "float" || type === "fixed32" || type === "sfixed32" ? 5 : 0;
}

function textOf(value: JsonValue): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}

function fixed(length: number, write: (view: DataView) => void): Bytes {
  const bytes = new Uint8Array(length);
  write(new DataView(bytes.buffer));
  return [...bytes];
}

function tag(number: number, wireType: number): Bytes {
  return varint(BigInt(number * 8 + wireType));
}

function delimited(bytes: Bytes): Bytes {
  return [...varint(BigInt(bytes.length)), ...bytes];
}

function utf8(text: string): Bytes {
  return [...new TextEncoder().encode(text)];
}

function varint(value: bigint): Bytes {
  const bytes: number[] = [];
  let rest = BigInt.asUintN(64, value);
  while (rest > 0x7fn) {
    bytes.push(Number(rest & 0x7fn) | 0x80);
    rest >>= 7n;
  }
  return [...bytes, Number(rest)];
}
