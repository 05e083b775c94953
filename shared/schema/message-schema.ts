import { apiTable, type FieldRow, type MessageRow, type RuleRow } from "./api-table.ts";

/** What a field holds: a scalar, an enum value by name, or a message. */
export type FieldKind = "scalar" | "enum" | "message";

export interface FieldSchema {
  /** The name in the proto and in YAML: `connect_timeout`. */
  readonly name: string;
  /** The name in canonical JSON: `connectTimeout`. */
  readonly jsonName: string;
  readonly number: number;
  readonly kind: FieldKind;
  /** A scalar name (`uint32`) or the full name of the enum or message; for lists and maps, of what they hold. */
  readonly type: string;
  readonly shape: "single" | "list" | "map";
  /** Scalar type of the keys of a map field. */
  readonly keyType: string | undefined;
  readonly oneof: string | undefined;
  /** Whether a value equal to the default differs from no value: it is then kept in canonical JSON. */
  readonly hasPresence: boolean;
  readonly deprecated: boolean;
  /** Deprecated so far that Envoy refuses it. */
  readonly disallowed: boolean;
  /** Holds a secret: shown as "[redacted]" wherever a configuration is displayed. */
  readonly sensitive: boolean;
  readonly workInProgress: boolean;
  readonly rules: RuleRow | undefined;
}

export interface MessageSchema {
  readonly fullName: string;
  /** In order of declaration. */
  readonly fields: readonly FieldSchema[];
  /** By proto name and by JSON name. */
  readonly fieldsByName: ReadonlyMap<string, FieldSchema>;
  readonly fieldsByNumber: ReadonlyMap<number, FieldSchema>;
  /** Oneofs of which a member must be set, with their members. */
  readonly requiredOneofs: ReadonlyMap<string, readonly FieldSchema[]>;
  /** Names of fields that Envoy has removed. */
  readonly removedFields: readonly string[];
  readonly workInProgress: boolean;
  /** Whether the validation rules apply. */
  readonly checked: boolean;
}

const cache = new Map<string, MessageSchema>();

/** The schema of a message by its full proto name, or undefined where Envoy's API has none. Built on first use and kept. */
export function messageSchema(fullName: string): MessageSchema | undefined {
  const known = cache.get(fullName);
  if (known !== undefined) return known;
  if (!Object.hasOwn(apiTable.messages, fullName)) return undefined;
  const row = apiTable.messages[fullName];
  if (row === undefined) return undefined;
  const built = buildMessage(fullName, row);
  cache.set(fullName, built);
  return built;
}

/** The fields of a message in order of declaration; empty for a name that is not in the API. */
export function messageFields(fullName: string): readonly FieldSchema[] {
  return messageSchema(fullName)?.fields ?? [];
}

/** Full names of every message of the API. */
export function messageNames(): readonly string[] {
  return Object.keys(apiTable.messages);
}

function buildMessage(fullName: string, row: MessageRow): MessageSchema {
  const fields = Object.entries(row.fields ?? {}).map(([name, field]) => buildField(name, field));
  return {
    fullName,
    fields,
    fieldsByName: new Map(fields.flatMap((field) => [[field.name, field] as const, [field.jsonName, field] as const])),
    fieldsByNumber: new Map(fields.map((field) => [field.number, field] as const)),
    requiredOneofs: new Map((row.requiredOneofs ?? []).map((name) => [name, fields.filter((f) => f.oneof === name)])),
    removedFields: row.reserved ?? [],
    workInProgress: row.wip === true,
    checked: row.unchecked !== true,
  };
}

function buildField(name: string, row: FieldRow): FieldSchema {
  const { type, shape, keyType } = splitType(row.t);
  const kind = kindOf(type);
  return {
    name,
    jsonName: row.json ?? toLowerCamel(name),
    number: row.n,
    kind,
    type,
    shape,
    keyType,
    oneof: row.oneof,
    hasPresence: shape === "single" && (kind === "message" || row.oneof !== undefined || row.optional === true),
    deprecated: row.deprecated === true,
    disallowed: row.disallowed === true,
    sensitive: row.sensitive === true,
    workInProgress: row.wip === true,
    rules: row.rules,
  };
}

function splitType(text: string): Pick<FieldSchema, "type" | "shape" | "keyType"> {
  if (text.startsWith("[]")) return { type: text.slice(2), shape: "list", keyType: undefined };
  if (!text.startsWith("{")) return { type: text, shape: "single", keyType: undefined };
  const close = text.indexOf("}");
  return { type: text.slice(close + 1), shape: "map", keyType: text.slice(1, close) };
}

function kindOf(type: string): FieldKind {
  if (!type.includes(".")) return "scalar";
  return Object.hasOwn(apiTable.enums, type) ? "enum" : "message";
}

function toLowerCamel(name: string): string {
  return name.replace(/_(.)/g, (_, letter: string) => letter.toUpperCase());
}
