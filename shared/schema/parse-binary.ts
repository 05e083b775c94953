import { err, ok, type Result } from "../base/result.ts";
import { type FieldSchema, messageSchema, type MessageSchema } from "./message-schema.ts";
import { createMapNode, entryOf, type MapEntry, type MapNode, type SourceNode } from "./source-node.ts";
import { type LoadLimits, SourceError, type SourceProblem, type SourceTree, TreeBudget } from "./source-tree.ts";
import { typeNameOf } from "./type-url.ts";
import { hasSpecialJson } from "./well-known-types.ts";
import { LENGTH_DELIMITED, malformed, WireReader, type WireValue } from "./wire-reader.ts";
import { readWireScalar, wireTypeOf } from "./wire-scalar.ts";

/**
 * Decodes binary protobuf into the tree that YAML and JSON are parsed into, so that one reader checks all three. Field numbers
 * become names by the schema; a number it does not have becomes the key `#17`, which the reader then reports as unknown.
 */
export function parseBinary(
  bytes: Uint8Array,
  schema: MessageSchema,
  limits: LoadLimits,
): Result<SourceTree, SourceProblem> {
  try {
    return ok({ format: "binary", root: new BinaryDecoder(limits).message(bytes, schema, 1) });
  } catch (error) {
    if (error instanceof SourceError) return err(error.problem);
    throw error;
  }
}

/** A binary source has no places to name. */
const NOWHERE = -1;
const NULL: SourceNode = { kind: "null", offset: NOWHERE };
const EMPTY: MapNode = { kind: "map", entries: [], offset: NOWHERE };

class BinaryDecoder {
  readonly #budget: TreeBudget;

  constructor(limits: LoadLimits) {
    this.#budget = new TreeBudget(limits);
  }

  message(bytes: Uint8Array, schema: MessageSchema, depth: number): MapNode {
    const entries: MapEntry[] = [];
    for (const [number, values] of this.#split(bytes, depth)) {
      const field = schema.fieldsByNumber.get(number);
      const entry =
        field === undefined ? unknownEntry(number) : createEntry(field.name, this.#field(field, values, depth + 1));
      entries.push(entry);
    }
    return createMapNode(entries, NOWHERE);
  }

  /** The values of each field number, in the order of first appearance. */
  #split(bytes: Uint8Array, depth: number): ReadonlyMap<number, readonly WireValue[]> {
    const fields = new Map<number, WireValue[]>();
    const reader = new WireReader(bytes);
    this.#budget.spend(1, depth, NOWHERE);
    while (!reader.done) {
      this.#budget.spend(1, depth, NOWHERE);
      const { number, value } = reader.field();
      const values = fields.get(number);
      if (values === undefined) fields.set(number, [value]);
      else values.push(value);
    }
    return fields;
  }

  #field(field: FieldSchema, values: readonly WireValue[], depth: number): SourceNode {
    if (field.shape === "map") return this.#map(field, values, depth);
    if (field.shape === "list") {
      const items = values.flatMap((value) => this.#elements(field, value, depth));
      return { kind: "list", items, offset: NOWHERE };
    }
    return this.#single(field, values, depth);
  }

  /** Of a scalar given again the last counts; messages given again merge, which is what their joined bytes mean. */
  #single(field: FieldSchema, values: readonly WireValue[], depth: number): SourceNode {
    const last = values.at(-1);
    if (last === undefined) return NULL;
    if (field.kind !== "message") return readWireScalar(field, last);
    return this.#submessage(field.type, values.length === 1 ? bytesOf(last) : joined(values), depth);
  }

  /** Numbers of a list may stand packed, one after the other in one value. */
  #elements(field: FieldSchema, value: WireValue, depth: number): SourceNode[] {
    if (field.kind === "message") return [this.#submessage(field.type, bytesOf(value), depth)];
    const wireType = wireTypeOf(field);
    if (value.wireType === wireType || value.wireType !== LENGTH_DELIMITED) return [readWireScalar(field, value)];
    const reader = new WireReader(value.bytes);
    const items: SourceNode[] = [];
    while (!reader.done) {
      this.#budget.spend(1, depth, NOWHERE);
      items.push(readWireScalar(field, reader.value(wireType)));
    }
    return items;
  }

  /** A map is a list of messages with a key, 1, and a value, 2. An entry given again replaces the one before. */
  #map(field: FieldSchema, values: readonly WireValue[], depth: number): SourceNode {
    const byKey = new Map<string, MapEntry>();
    for (const value of values) {
      const parts = this.#split(bytesOf(value), depth);
      const key = keyText(field, parts.get(1));
      const element: FieldSchema = { ...field, shape: "single" };
      byKey.set(key, createEntry(key, this.#single(element, parts.get(2) ?? [], depth + 1)));
    }
    return { kind: "map", entries: [...byKey.values()], offset: NOWHERE };
  }

  #submessage(type: string, bytes: Uint8Array, depth: number): SourceNode {
    const schema = messageSchema(type);
    if (schema === undefined) return EMPTY;
    if (type === "google.protobuf.Any") return this.#any(bytes, schema, depth);
    const node = this.message(bytes, schema, depth);
    if (type === "google.protobuf.Struct") return entryOf(node, "fields")?.value ?? EMPTY;
    if (type === "google.protobuf.ListValue") {
      return entryOf(node, "values")?.value ?? { kind: "list", items: [], offset: NOWHERE };
    }
    return type === "google.protobuf.Value" ? freeValue(node) : node;
  }

  #any(bytes: Uint8Array, schema: MessageSchema, depth: number): SourceNode {
    const typeUrl = entryOf(this.message(bytes, schema, depth), "type_url")?.value;
    if (typeUrl?.kind !== "string") return EMPTY;
    const type = typeNameOf(typeUrl.text);
    const entries = [createEntry("@type", typeUrl)];
    if (messageSchema(type) === undefined) return { kind: "map", entries, offset: NOWHERE };
    const payload = this.#split(bytes, depth).get(2)?.at(-1);
    const content = this.#submessage(type, payload === undefined ? new Uint8Array() : bytesOf(payload), depth + 1);
    if (hasSpecialJson(type)) entries.push(createEntry("value", content));
    else if (content.kind === "map") entries.push(...content.entries);
    return { kind: "map", entries, offset: NOWHERE };
  }
}

function createEntry(key: string, value: SourceNode): MapEntry {
  return { key, keyOffset: NOWHERE, value };
}

function unknownEntry(number: number): MapEntry {
  return createEntry(`#${number}`, { kind: "string", text: "", offset: NOWHERE });
}

function bytesOf(value: WireValue): Uint8Array {
  if (value.wireType !== LENGTH_DELIMITED) throw malformed("a number in place of a message");
  return value.bytes;
}

function joined(values: readonly WireValue[]): Uint8Array {
  const parts = values.map(bytesOf);
  const whole = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

function keyText(field: FieldSchema, values: readonly WireValue[] | undefined): string {
  const type = field.keyType ?? "string";
  const last = values?.at(-1);
  if (last === undefined) return type === "string" ? "" : type === "bool" ? "false" : "0";
  const node = readWireScalar({ ...field, kind: "scalar", type }, last);
  if (node.kind === "bool") return String(node.value);
  return node.kind === "string" || node.kind === "number" ? node.text : "";
}

/** google.protobuf.Value holds one of null, number, string, bool, Struct, list. */
function freeValue(node: MapNode): SourceNode {
  const held = node.entries.at(-1);
  return held === undefined || held.key === "null_value" ? NULL : held.value;
}
