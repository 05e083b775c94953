import { ConfigPath } from "../diagnostics/config-path.ts";
import type { DiagnosticSink } from "../diagnostics/diagnostic.ts";
import type { ConfigCode } from "./diagnostic-codes.ts";
import { enumSchema } from "./enum-schema.ts";
import { createKeyedObject, type JsonObject, type JsonValue, type MutableJsonObject } from "./json-value.ts";
import { type FieldSchema, messageSchema, type MessageSchema } from "./message-schema.ts";
import { nearestName } from "./nearest-name.ts";
import { readEnum } from "./read-enum.ts";
import { readScalar, type Refusal, scalarDefault } from "./scalars.ts";
import { describeNode, entryOf, type MapEntry, type MapNode, type SourceNode } from "./source-node.ts";
import type { ConfigFormat, SourceTree } from "./source-tree.ts";
import { resolveAny, typeNameOf } from "./type-url.ts";
import { hasSpecialJson, readWellKnown } from "./well-known-types.ts";

/**
 * Reads a tree into the canonical JSON of a message, guided by the schema table. Everything that Envoy's own JSON parser
 * accepts is accepted, and everything wrong is reported, each with the path of the field; what could not be read is left out.
 * Validation rules are not applied here: they hold for the configuration as a whole, after merging.
 */
export function readMessage(tree: SourceTree, schema: MessageSchema, sink: DiagnosticSink): JsonObject {
  return new MessageReader(tree.format, sink).message(tree.root, schema, ConfigPath.root) ?? {};
}

class MessageReader {
  readonly #format: ConfigFormat;
  readonly #sink: DiagnosticSink;
  /** The `name` of the message around an Any, or its key in a map: Envoy's message about an unknown extension quotes it. */
  #extensionName = "";
  /** Above 0 inside a sensitive field, whose values no message may show. */
  #secrecy = 0;

  constructor(format: ConfigFormat, sink: DiagnosticSink) {
    this.#format = format;
    this.#sink = sink;
  }

  /** Undefined where the node is no such message; that has been reported then. */
  message(node: SourceNode, schema: MessageSchema, path: ConfigPath): JsonObject | undefined {
    if (node.kind !== "map") {
      const expected = `an object (${shortName(schema.fullName)})`;
      return this.#refuse(node, path, { code: "config.type", expected });
    }
    const outerName = this.#extensionName;
    const nameNode = entryOf(node, "name")?.value;
    if (nameNode?.kind === "string") this.#extensionName = nameNode.text;
    const read = this.#fields(node, schema, path);
    this.#extensionName = outerName;
    return read;
  }

  #fields(node: MapNode, schema: MessageSchema, path: ConfigPath): JsonObject {
    this.#duplicates(node, path);
    const values = new Map<FieldSchema, JsonValue>();
    const given = new Map<FieldSchema | string, string>();
    for (const entry of node.entries) {
      if (entry.key === "@type") continue;
      const field = schema.fieldsByName.get(entry.key);
      if (field === undefined) {
        this.#unknownField(entry.key, schema, path);
        continue;
      }
      const fieldPath = path.field(field.jsonName);
      if (entry.value.kind === "null" && field.type !== "google.protobuf.Value") continue;
      if (!this.#isFirst(entry, field, { given, path: fieldPath })) continue;
      const value = this.#field(entry.value, field, fieldPath);
      if (value !== undefined) values.set(field, value);
    }
    return inOrder(schema, values);
  }

  /** One field once, and one member of each oneof. */
  #isFirst(
    entry: MapEntry,
    field: FieldSchema,
    { given, path }: { readonly given: Map<FieldSchema | string, string>; readonly path: ConfigPath },
  ): boolean {
    const before = given.get(field);
    if (before !== undefined) {
      this.#sink.error(path, "config.duplicate_key", `given twice, as ${before} and as ${entry.key}`);
      return false;
    }
    given.set(field, entry.key);
    if (field.oneof === undefined) return true;
    const rival = given.get(field.oneof);
    given.set(field.oneof, field.name);
    if (rival === undefined) return true;
    this.#sink.error(path, "config.oneof", `expected only one field of ${field.oneof}, got ${rival} and ${field.name}`);
    return false;
  }

  #field(node: SourceNode, field: FieldSchema, path: ConfigPath): JsonValue | undefined {
    this.#warnAbout(field, path);
    if (field.sensitive) this.#secrecy += 1;
    const value = this.#shaped(node, field, path);
    if (field.sensitive) this.#secrecy -= 1;
    return value;
  }

  #shaped(node: SourceNode, field: FieldSchema, path: ConfigPath): JsonValue | undefined {
    if (field.shape === "list") return this.#list(node, field, path);
    if (field.shape === "map") return this.#map(node, field, path);
    const value = this.#single(node, field, path);
    return !field.hasPresence && value === defaultOf(field) ? undefined : value;
  }

  /** Envoy reads a value that is no list as a list of one. */
  #list(node: SourceNode, field: FieldSchema, path: ConfigPath): JsonValue | undefined {
    const items = node.kind === "list" ? node.items : [node];
    const values: JsonValue[] = [];
    for (const [position, item] of items.entries()) {
      const value = this.#element(item, field, path.index(position));
      // A place is kept for what could not be read, so that later elements keep their index.
      values.push(value ?? null);
    }
    return values.length === 0 ? undefined : values;
  }

  #map(node: SourceNode, field: FieldSchema, path: ConfigPath): JsonValue | undefined {
    if (node.kind !== "map")
      return this.#refuse(node, path, { code: "config.type", expected: "an object of keys and values" });
    this.#duplicates(node, path);
    const values = createKeyedObject();
    let size = 0;
    for (const { key, value: item } of node.entries) {
      const keyPath = path.key(key);
      const canonicalKey = this.#mapKey(key, field, keyPath);
      if (canonicalKey === undefined) continue;
      this.#extensionName = key;
      const value = this.#element(item, field, keyPath);
      if (value === undefined) continue;
      values[canonicalKey] = value;
      size += 1;
    }
    return size === 0 ? undefined : values;
  }

  #mapKey(key: string, { keyType }: FieldSchema, path: ConfigPath): string | undefined {
    if (keyType === undefined || keyType === "string") return key;
    const read = readScalar(keyType, { kind: "string", text: key, offset: -1 });
    if (read.ok) return String(read.value);
    this.#sink.error(path, read.error.code, `expected ${read.error.expected} as key, got ${JSON.stringify(key)}`);
    return undefined;
  }

  /** A null element is the default value of its type. */
  #element(node: SourceNode, field: FieldSchema, path: ConfigPath): JsonValue | undefined {
    if (node.kind !== "null" || field.type === "google.protobuf.Value") return this.#single(node, field, path);
    const empty: MapNode = { kind: "map", entries: [], offset: node.offset };
    return field.kind === "message" ? this.#single(empty, field, path) : defaultOf(field);
  }

  #single(node: SourceNode, field: FieldSchema, path: ConfigPath): JsonValue | undefined {
    if (isNoConfig(node, field)) return {};
    if (field.kind === "message") return this.#messageValue(node, field.type, path);
    const read = field.kind === "enum" ? this.#enum(node, field.type, path) : readScalar(field.type, node);
    return read.ok ? read.value : this.#refuse(node, path, read.error);
  }

  #enum(node: SourceNode, type: string, path: ConfigPath): ReturnType<typeof readEnum> {
    const read = readEnum(type, node);
    const schema = enumSchema(type);
    if (!read.ok || schema === undefined || typeof read.value !== "string") return read;
    if (schema.disallowed.has(read.value)) {
      this.#sink.error(path, "config.disallowed", `${read.value} is deprecated, and Envoy refuses it by default`);
    } else if (schema.deprecated.has(read.value)) {
      this.#sink.warning(path, "config.deprecated", `${read.value} is deprecated by Envoy`);
    }
    return read;
  }

  #messageValue(node: SourceNode, type: string, path: ConfigPath): JsonValue | undefined {
    if (type === "google.protobuf.Any") return this.#any(node, path);
    if (hasSpecialJson(type)) {
      this.#duplicatesWithin(node, path);
      const read = readWellKnown(type, node);
      return read.ok ? read.value : this.#refuse(node, path, read.error);
    }
    const schema = messageSchema(type);
    return schema === undefined ? undefined : this.message(node, schema, path);
  }

  #any(node: SourceNode, path: ConfigPath): JsonValue | undefined {
    const resolved = resolveAny(node, this.#extensionName);
    if (!resolved.ok) {
      this.#sink.error(path, resolved.error.code, resolved.error.message, resolved.error.hint);
      return undefined;
    }
    const { typeUrl, content, value } = resolved.value;
    const type = typeNameOf(typeUrl);
    if (value !== undefined) {
      const read = this.#messageValue(value, type, path.field("value"));
      return read === undefined ? undefined : { "@type": typeUrl, value: read };
    }
    const schema = messageSchema(type);
    const read = schema === undefined ? undefined : this.message(content, schema, path);
    return read === undefined ? undefined : { "@type": typeUrl, ...read };
  }

  #warnAbout(field: FieldSchema, path: ConfigPath): void {
    if (field.disallowed) {
      this.#sink.error(path, "config.disallowed", "the field is deprecated, and Envoy refuses it by default");
    } else if (field.deprecated) {
      this.#sink.warning(path, "config.deprecated", "the field is deprecated by Envoy");
    }
    if (field.workInProgress) {
      this.#sink.warning(path, "config.work_in_progress", "Envoy marks the field as work in progress");
    }
  }

  /** Envoy takes the last of equal keys in YAML. In JSON it merges some and refuses others, so there we refuse. */
  #duplicates(node: MapNode, path: ConfigPath): void {
    for (const key of node.duplicates ?? []) {
      const keyPath = stepInto(path, key);
      if (this.#format === "yaml") {
        this.#sink.warning(keyPath, "config.duplicate_key", "given more than once: the last one counts");
      } else {
        this.#sink.error(keyPath, "config.duplicate_key", "given more than once");
      }
    }
  }

  #duplicatesWithin(node: SourceNode, path: ConfigPath): void {
    if (node.kind === "list")
      node.items.forEach((item, position) => this.#duplicatesWithin(item, path.index(position)));
    if (node.kind !== "map") return;
    this.#duplicates(node, path);
    for (const { key, value } of node.entries) this.#duplicatesWithin(value, path.key(key));
  }

  #unknownField(key: string, schema: MessageSchema, path: ConfigPath): void {
    const nearest = nearestName(key, schema.fieldsByName.keys());
    const hint =
      nearest === undefined ? undefined : `did you mean ${schema.fieldsByName.get(nearest)?.name ?? nearest}?`;
    const removed = schema.removedFields.includes(key) ? ": Envoy has removed the field" : "";
    const text = `${shortName(schema.fullName)} has no field ${JSON.stringify(key)}${removed}`;
    this.#sink.error(stepInto(path, key), "config.unknown_field", text, removed === "" ? hint : undefined);
  }

  #refuse(node: SourceNode, path: ConfigPath, refusal: Refusal & { readonly hint?: string | undefined }): undefined {
    const code: ConfigCode = refusal.code;
    const got = this.#secrecy > 0 ? "a value that is not shown because it may be a secret" : describeNode(node);
    this.#sink.error(path, code, `expected ${refusal.expected}, got ${got}`, refusal.hint);
    return undefined;
  }
}

function defaultOf(field: FieldSchema): JsonValue {
  if (field.kind === "scalar") return scalarDefault(field.type);
  return enumSchema(field.type)?.names.get(0) ?? 0;
}

/** Fields in order of declaration, whatever the order in the file, so that equal configurations have equal JSON. */
function inOrder(schema: MessageSchema, values: ReadonlyMap<FieldSchema, JsonValue>): JsonObject {
  const object: MutableJsonObject = {};
  if (values.size === 0) return object;
  for (const field of schema.fields) {
    const value = values.get(field);
    if (value !== undefined) object[field.jsonName] = value;
  }
  return object;
}

/** A key that looks like a field name is shown as one. */
function stepInto(path: ConfigPath, key: string): ConfigPath {
  return /^[a-z]\w*$/.test(key) ? path.field(key) : path.key(key);
}

function shortName(fullName: string): string {
  return fullName.slice(fullName.lastIndexOf(".") + 1);
}

/** `config: {}` of a `FilterConfig` switches a filter on and configures nothing: no extension is looked up for it. */
function isNoConfig(node: SourceNode, { type, name }: FieldSchema): boolean {
  return type === "google.protobuf.Any" && name === "config" && node.kind === "map" && node.entries.length === 0;
}
