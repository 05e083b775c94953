import { ConfigPath } from "../diagnostics/config-path.ts";
import type { DiagnosticSink } from "../diagnostics/diagnostic.ts";
import type { RuleRow } from "./api-table.ts";
import { enumSchema } from "./enum-schema.ts";
import { findViolation } from "./field-rules.ts";
import { isJsonObject, type JsonObject, type JsonValue } from "./json-value.ts";
import { type FieldSchema, messageSchema, type MessageSchema } from "./message-schema.ts";
import { type Refusal, scalarDefault } from "./scalars.ts";
import { shorten } from "./source-node.ts";
import { typeNameOfAny } from "./type-url.ts";
import { elementsOf } from "./visit.ts";
import { hasSpecialJson } from "./well-known-types.ts";

/**
 * Applies the validation rules of Envoy's API to canonical JSON, messages in an Any included, and reports every violation.
 * @param reported pointers of fields that already have an error: a value that could not be read is not also called missing
 */
export function checkRules(
  json: JsonObject,
  rootType: string,
  sink: DiagnosticSink,
  reported: ReadonlySet<string> = new Set(),
): void {
  new RuleChecker(sink, reported).message(json, rootType, ConfigPath.root);
}

class RuleChecker {
  readonly #sink: DiagnosticSink;
  readonly #reported: ReadonlySet<string>;
  /** Above 0 inside a sensitive field, whose values no message may show. */
  #secrecy = 0;

  constructor(sink: DiagnosticSink, reported: ReadonlySet<string>) {
    this.#sink = sink;
    this.#reported = reported;
  }

  message(json: JsonObject, fullName: string, path: ConfigPath): void {
    const schema = messageSchema(fullName);
    if (schema === undefined || !schema.checked) return;
    this.#oneofs(json, schema, path);
    for (const field of schema.fields) {
      const value = json[field.jsonName];
      if (value === undefined && field.rules === undefined) continue;
      if (field.sensitive) this.#secrecy += 1;
      this.#field(value, field, path.field(field.jsonName));
      if (field.sensitive) this.#secrecy -= 1;
    }
  }

  #oneofs(json: JsonObject, schema: MessageSchema, path: ConfigPath): void {
    for (const [name, members] of schema.requiredOneofs) {
      if (members.some((member) => json[member.jsonName] !== undefined || this.#isReported(path, member))) continue;
      const names = members.map((member) => member.name).join(", ");
      this.#sink.error(path, "config.required", `expected one of ${names} (${name}), got none`);
    }
    this.#extension(json, schema, path);
  }

  /** Envoy looks every extension up by the type of its configuration; without one there is nothing to look up. */
  #extension(json: JsonObject, schema: MessageSchema, path: ConfigPath): void {
    if (schema.fieldsByName.get("typed_config")?.oneof !== "config_type" || json["isOptional"] === true) return;
    const members = schema.fields.filter((field) => field.oneof === "config_type");
    if (members.some((member) => json[member.jsonName] !== undefined || this.#isReported(path, member))) return;
    const name = typeof json["name"] === "string" ? json["name"] : "";
    const text = `didn't find a registered implementation for '${name}' with type URL: ''`;
    this.#sink.error(path, "config.unknown_type", text, "add typed_config: an extension is not found by its name");
  }

  #isReported(path: ConfigPath, field: FieldSchema): boolean {
    return this.#reported.size > 0 && this.#reported.has(path.field(field.jsonName).pointer());
  }

  #field(value: JsonValue | undefined, field: FieldSchema, path: ConfigPath): void {
    const { rules } = field;
    if (this.#reported.size > 0 && this.#reported.has(path.pointer())) return;
    if (value === undefined) {
      // A member of a oneof has rules only when it is the one chosen.
      if (rules !== undefined && field.oneof === undefined) this.#unset(field, rules, path);
      return;
    }
    if (rules?.skip === true) return;
    if (rules !== undefined && field.shape !== "single") this.#collection(value, { field, rules, path });
    for (const [element, elementPath] of elementsOf(value, field, path)) {
      const elementRules = field.shape === "single" ? rules : field.shape === "list" ? rules?.items : rules?.values;
      this.#element(element, { field, rules: elementRules, path: elementPath });
    }
  }

  #unset(field: FieldSchema, rules: RuleRow, path: ConfigPath): void {
    if (rules.required === true) {
      this.#sink.error(path, "config.required", "must be set");
      return;
    }
    if (field.shape !== "single") {
      const least = rules.min_items ?? rules.min_pairs ?? 0;
      if (least > 0) this.#sink.error(path, "config.required", `expected ${atLeast(least)}, got none`);
      return;
    }
    if (field.hasPresence || rules.ignore_empty === true) return;
    const violation = findViolation(defaultOf(field), field.type, rules);
    if (violation !== undefined)
      this.#sink.error(path, "config.required", `expected ${violation.expected}, got nothing`);
  }

  #collection(value: JsonValue, { field, rules, path }: Check & { readonly rules: RuleRow }): void {
    const keys = isJsonObject(value) ? Object.keys(value) : [];
    const size = Array.isArray(value) ? value.length : keys.length;
    const least = rules.min_items ?? rules.min_pairs ?? 0;
    const most = rules.max_items ?? Infinity;
    if (size < least) this.#sink.error(path, "config.items", `expected ${atLeast(least)}, got ${size}`);
    if (size > most) this.#sink.error(path, "config.items", `expected at most ${most} elements, got ${size}`);
    if (rules.unique === true && Array.isArray(value)) this.#unique(value, path);
    for (const key of rules.keys === undefined ? [] : keys) {
      const violation = findViolation(key, field.keyType ?? "string", rules.keys ?? {});
      if (violation !== undefined) this.#violation(path.key(key), violation, key);
    }
  }

  #unique(values: readonly JsonValue[], path: ConfigPath): void {
    const seen = new Set<JsonValue>();
    for (const [position, value] of values.entries()) {
      if (seen.has(value)) this.#sink.error(path.index(position), "config.items", "expected no element twice");
      seen.add(value);
    }
  }

  #element(value: JsonValue, { field, rules, path }: Check): void {
    if (value === null) return;
    if (field.kind === "message" && !hasSpecialJson(field.type)) {
      if (isJsonObject(value)) this.message(value, field.type, path);
      return;
    }
    if (field.type === "google.protobuf.Any") {
      this.#any(value, path);
      return;
    }
    const constraints = rules ?? (field.type === "google.protobuf.Duration" ? {} : undefined);
    if (constraints === undefined || (constraints.ignore_empty === true && value === defaultOf(field))) return;
    const violation = findViolation(value, field.type, constraints);
    if (violation !== undefined) this.#violation(path, violation, value);
  }

  #any(value: JsonValue, path: ConfigPath): void {
    if (!isJsonObject(value)) return;
    const type = typeNameOfAny(value);
    if (!hasSpecialJson(type)) this.message(value, type, path);
  }

  #violation(path: ConfigPath, { code, expected }: Refusal, value: JsonValue): void {
    const hidden = this.#secrecy > 0 && typeof value === "string";
    const got = hidden ? "a value that is not shown because it may be a secret" : shorten(JSON.stringify(value));
    this.#sink.error(path, code, `expected ${expected}, got ${got}`);
  }
}

interface Check {
  readonly field: FieldSchema;
  readonly rules: RuleRow | undefined;
  readonly path: ConfigPath;
}

function atLeast(count: number): string {
  return count === 1 ? "at least 1 element" : `at least ${count} elements`;
}

function defaultOf(field: FieldSchema): JsonValue {
  if (field.kind === "scalar") return scalarDefault(field.type);
  return enumSchema(field.type)?.names.get(0) ?? 0;
}
