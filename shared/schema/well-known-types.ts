import { err, ok, type Result } from "../base/result.ts";
import {
  durationOf,
  normalizeTimestamp,
  parseDuration,
  renderDuration,
  renderTimestamp,
  type SecondsAndNanos,
} from "./duration.ts";
import { createKeyedObject, type JsonValue } from "./json-value.ts";
import { readScalar, type Refusal, type ScalarOutcome } from "./scalars.ts";
import { entryOf, type MapNode, type SourceNode } from "./source-node.ts";

const WRAPPED_TYPES: ReadonlyMap<string, string> = new Map([
  ["google.protobuf.BoolValue", "bool"],
  ["google.protobuf.BytesValue", "bytes"],
  ["google.protobuf.DoubleValue", "double"],
  ["google.protobuf.FloatValue", "float"],
  ["google.protobuf.Int32Value", "int32"],
  ["google.protobuf.Int64Value", "int64"],
  ["google.protobuf.StringValue", "string"],
  ["google.protobuf.UInt32Value", "uint32"],
  ["google.protobuf.UInt64Value", "uint64"],
]);

const SPECIAL_TYPES: ReadonlySet<string> = new Set([
  ...WRAPPED_TYPES.keys(),
  "google.protobuf.Any",
  "google.protobuf.Duration",
  "google.protobuf.ListValue",
  "google.protobuf.Struct",
  "google.protobuf.Timestamp",
  "google.protobuf.Value",
]);

/** The scalar that a wrapper message holds, or undefined for any other type. */
export function wrappedType(fullName: string): string | undefined {
  return WRAPPED_TYPES.get(fullName);
}

/** Whether the JSON form of a message is not an object of its fields. Inside an Any such a message stands under `value`. */
export function hasSpecialJson(fullName: string): boolean {
  return SPECIAL_TYPES.has(fullName);
}

export type ValueOutcome = Result<JsonValue, Refusal>;

/** Reads a well-known type other than Any. Envoy also reads wrappers, durations and timestamps as messages with fields. */
export function readWellKnown(fullName: string, node: SourceNode): ValueOutcome {
  const wrapped = wrappedType(fullName);
  if (wrapped !== undefined) return readWrapper(wrapped, node);
  switch (fullName) {
    case "google.protobuf.Duration":
      return readDuration(node);
    case "google.protobuf.Timestamp":
      return readTimestamp(node);
    case "google.protobuf.Struct":
      return node.kind === "map" ? ok(readFreeJson(node)) : err({ code: "config.type", expected: "an object" });
    case "google.protobuf.ListValue":
      return node.kind === "list" ? ok(readFreeJson(node)) : err({ code: "config.type", expected: "a list" });
    default:
      return ok(readFreeJson(node));
  }
}

/** The value as it stands. A YAML float is a string by then: that is what Envoy makes of one in a Struct. */
function readFreeJson(node: SourceNode): JsonValue {
  switch (node.kind) {
    case "null":
      return null;
    case "bool":
      return node.value;
    case "number":
      return Number(node.text);
    case "string":
      return node.text;
    case "list":
      return node.items.map(readFreeJson);
    case "map": {
      const object = createKeyedObject();
      for (const { key, value } of node.entries) object[key] = readFreeJson(value);
      return object;
    }
  }
}

function readWrapper(type: string, node: SourceNode): ScalarOutcome {
  if (node.kind !== "map") return readScalar(type, node);
  const value = entryOf(node, "value")?.value;
  if (hasOtherKeys(node, ["value"]))
    return err({ code: "config.type", expected: `a ${type} or an object with a value` });
  return value === undefined || value.kind === "null" ? readScalar(type, emptyScalar(type)) : readScalar(type, value);
}

function emptyScalar(type: string): SourceNode {
  if (type === "string" || type === "bytes") return { kind: "string", text: "", offset: -1 };
  return { kind: "string", text: "0", offset: -1 };
}

function readDuration(node: SourceNode): ValueOutcome {
  const duration = node.kind === "string" ? parseDuration(node.text) : readParts(node);
  const expected = 'a duration such as "0.25s"';
  return duration === undefined ? err({ code: "config.duration", expected }) : ok(renderDuration(duration));
}

function readTimestamp(node: SourceNode): ValueOutcome {
  const parts = readParts(node);
  const text = node.kind === "string" ? normalizeTimestamp(node.text) : parts && renderTimestamp(parts);
  const expected = 'a time such as "2026-01-31T12:00:00Z"';
  return text === undefined ? err({ code: "config.timestamp", expected }) : ok(text);
}

function readParts(node: SourceNode): SecondsAndNanos | undefined {
  if (node.kind !== "map" || hasOtherKeys(node, ["seconds", "nanos"])) return undefined;
  const [seconds, nanos] = ["seconds", "nanos"].map((name) => readPart(entryOf(node, name)?.value));
  return seconds === undefined || nanos === undefined ? undefined : durationOf(seconds, nanos);
}

function readPart(node: SourceNode | undefined): number | undefined {
  if (node === undefined || node.kind === "null") return 0;
  const read = readScalar("int64", node);
  return read.ok ? Number(read.value) : undefined;
}

function hasOtherKeys(node: MapNode, known: readonly string[]): boolean {
  return node.entries.some((entry) => !known.includes(entry.key));
}
