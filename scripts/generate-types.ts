// Writes shared/schema/envoy-types.ts: the TypeScript form of canonical Envoy JSON, from the schema table. Runs at install.
import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { ApiTable, FieldRow, MessageRow } from "../shared/schema/api-table.ts";

const TABLE = new URL("../shared/schema/envoy-api.json", import.meta.url);
const OUTPUT = fileURLToPath(new URL("../shared/schema/envoy-types.ts", import.meta.url));

const HEADER = `// Made by scripts/generate-types.ts from envoy-api.json; do not edit, do not commit. Import it with \`import type\` only.
//
// The types of canonical Envoy JSON: proto3 JSON with lowerCamelCase names, enum values by name, 64-bit integers as decimal
// strings, bytes as base64, durations ("0.250s") and timestamps as strings, wrappers as plain scalars, a Struct as a JSON object.
//
// A type is named for its message without the package, nested names joined: RouteAction, HealthCheckHttpHealthCheck. Where
// several messages would get one name, the one under envoy.config keeps it if it is the only one there; the others are prefixed
// with as many parts of their package as tell them apart from all other types, version left out: HttpRbacRBAC, NetworkRbacRBAC. EnvoyMessages
// has every type under its full name.

export type JsonValue = null | boolean | number | string | readonly JsonValue[] | JsonObject;
export interface JsonObject {
  readonly [key: string]: JsonValue;
}
/** Any message, inline beside its type URL; a well-known type stands under \`value\`. */
export interface AnyMessage {
  readonly "@type": string;
  readonly [field: string]: unknown;
}
`;

/** Types that have a JSON form of their own (protobuf documentation, "ProtoJSON format"). */
const WELL_KNOWN: Readonly<Record<string, string>> = {
  "google.protobuf.Any": "AnyMessage",
  "google.protobuf.BoolValue": "boolean",
  "google.protobuf.BytesValue": "string",
  "google.protobuf.DoubleValue": "number",
  "google.protobuf.Duration": "string",
  "google.protobuf.Empty": "JsonObject",
  "google.protobuf.FloatValue": "number",
  "google.protobuf.Int32Value": "number",
  "google.protobuf.Int64Value": "string",
  "google.protobuf.ListValue": "readonly JsonValue[]",
  "google.protobuf.NullValue": "null",
  "google.protobuf.StringValue": "string",
  "google.protobuf.Struct": "JsonObject",
  "google.protobuf.Timestamp": "string",
  "google.protobuf.UInt32Value": "number",
  "google.protobuf.UInt64Value": "string",
  "google.protobuf.Value": "JsonValue",
};

const SCALARS: Readonly<Record<string, string>> = {
  bool: "boolean",
  bytes: "string",
  double: "number",
  fixed32: "number",
  fixed64: "string",
  float: "number",
  int32: "number",
  int64: "string",
  sfixed32: "number",
  sfixed64: "string",
  sint32: "number",
  sint64: "string",
  string: "string",
  uint32: "number",
  uint64: "string",
};

interface SplitName {
  readonly fullName: string;
  readonly packageParts: readonly string[];
  readonly short: string;
}

function splitName(fullName: string): SplitName {
  const parts = fullName.split(".");
  const firstType = parts.findIndex((part) => /^[A-Z]/.test(part));
  const packageParts = parts.slice(0, firstType).filter((part) => !/^v\d+(alpha\d*)?$/.test(part));
  return { fullName, packageParts, short: parts.slice(firstType).join("") };
}

function pascalCase(name: string): string {
  return name.replace(/(?:^|_)([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
}

function prefixed({ packageParts, short }: SplitName, depth: number): string {
  return (
    packageParts
      .slice(Math.max(0, packageParts.length - depth))
      .map(pascalCase)
      .join("") + short
  );
}

/** The shortest prefix depth at which all names of a clash differ from each other and from the names already given. */
function distinguish(clash: readonly SplitName[], taken: ReadonlySet<string>): Map<string, string> {
  for (let depth = 1; depth < 12; depth += 1) {
    const named = new Map(clash.map((name) => [name.fullName, prefixed(name, depth)]));
    const distinct = new Set(named.values());
    if (distinct.size === clash.length && ![...distinct].some((name) => taken.has(name))) return named;
  }
  throw new Error(`cannot tell apart: ${clash.map((name) => name.fullName).join(", ")}`);
}

/** The one of a group that goes without a prefix, if any does. */
function keeperOf(group: readonly SplitName[]): SplitName | undefined {
  if (group.length === 1) return group[0];
  const config = group.filter((name) => name.packageParts[1] === "config");
  return config.length === 1 ? config[0] : undefined;
}

function nameTypes(fullNames: readonly string[]): Map<string, string> {
  const groups = [...Map.groupBy(fullNames.map(splitName), (name) => name.short).values()];
  const keepers = groups.map(keeperOf).filter((name) => name !== undefined);
  const names = new Map(keepers.map((name) => [name.fullName, name.short]));
  for (const group of groups) {
    const rest = group.filter((name) => !names.has(name.fullName));
    for (const [fullName, name] of distinguish(rest, new Set(names.values()))) names.set(fullName, name);
  }
  return names;
}

function lowerCamel(name: string): string {
  return name.replace(/_(.)/g, (_, letter: string) => letter.toUpperCase());
}

class TypeWriter {
  readonly #table: ApiTable;
  readonly #names: Map<string, string>;
  readonly #out: string[] = [HEADER];

  constructor(table: ApiTable) {
    this.#table = table;
    const all = [...Object.keys(table.messages), ...Object.keys(table.enums)];
    this.#names = nameTypes(all.filter((name) => WELL_KNOWN[name] === undefined));
  }

  write(): string {
    for (const [fullName, row] of Object.entries(this.#table.enums)) this.#enum(fullName, Object.keys(row.values));
    for (const [fullName, row] of Object.entries(this.#table.messages)) this.#message(fullName, row);
    this.#index();
    return this.#out.join("\n");
  }

  #enum(fullName: string, values: readonly string[]): void {
    if (WELL_KNOWN[fullName] !== undefined) return;
    const union = values.map((value) => JSON.stringify(value)).join(" | ");
    this.#out.push(`/** ${fullName} */\nexport type ${this.#typeName(fullName)} = ${union};`);
  }

  #message(fullName: string, row: MessageRow): void {
    if (WELL_KNOWN[fullName] !== undefined) return;
    const fields = Object.entries(row.fields ?? {}).map(([name, field]) => this.#field(name, field));
    this.#out.push(`/** ${fullName} */\nexport interface ${this.#typeName(fullName)} {\n${fields.join("")}}`);
  }

  #field(name: string, row: FieldRow): string {
    const comment = row.deprecated === true ? "  /** @deprecated by Envoy */\n" : "";
    return `${comment}  readonly ${row.json ?? lowerCamel(name)}?: ${this.#fieldType(row.t)};\n`;
  }

  #fieldType(type: string): string {
    if (type.startsWith("[]")) return `readonly ${arrayElement(this.#typeName(type.slice(2)))}[]`;
    if (type.startsWith("{")) return `{ readonly [key: string]: ${this.#typeName(type.slice(type.indexOf("}") + 1))} }`;
    return this.#typeName(type);
  }

  #typeName(type: string): string {
    const name = SCALARS[type] ?? WELL_KNOWN[type] ?? this.#names.get(type);
    if (name === undefined) throw new Error(`${type} is not in the table`);
    return name;
  }

  #index(): void {
    const entries = Object.keys(this.#table.messages).map((name) => `  readonly "${name}": ${this.#typeName(name)};\n`);
    this.#out.push(
      `/** Every message under its full proto name. */\nexport interface EnvoyMessages {\n${entries.join("")}}\n`,
    );
  }
}

function arrayElement(type: string): string {
  return type.startsWith("readonly ") ? `(${type})` : type;
}

function writeIfChanged(file: string, text: string): void {
  let before: string | undefined;
  try {
    before = readFileSync(file, "utf8");
  } catch {
    before = undefined;
  }
  if (before !== text) writeFileSync(file, text);
}

const table: ApiTable = JSON.parse(readFileSync(TABLE, "utf8"));
writeIfChanged(OUTPUT, new TypeWriter(table).write());
