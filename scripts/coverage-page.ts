import type { FieldSupport, FieldSupportPerTarget, MessageSupport } from "../shared/config/support.ts";
import { NOT_IMPLEMENTED } from "../shared/config/support.ts";
import type { Target } from "../shared/host/capabilities.ts";
import { type FieldSchema, messageFields, messageNames } from "../shared/schema/message-schema.ts";

const TARGETS: readonly Target[] = ["edge", "node"];
const KINDS: readonly FieldSupport["kind"][] = ["supported", "approximated", "ignored", "unsupported"];

const INTRODUCTION = `# Configuration coverage

Made by \`npm run docs:coverage\` from the tables that \`nuncio validate\` reads; do not edit.

What becomes of a field that a configuration sets, on each target:

- **supported**: works as in Envoy.
- **approximated**: works, with the difference that is said; a warning.
- **ignored**: accepted without effect, for the reason that is said; a warning.
- **unsupported**: refused by name; under \`--lenient\` a warning, and without effect.

A field that Envoy does not know is always an error. So is a message without a table here: it is not implemented.

A field that is refused is refused with everything inside it. So a message counts only where a target takes the fields that lead to it: routes
and HTTP filters are marked as the code that reads them goes, and Node refuses the HTTP connection manager that they stand in.
`;

const EXTENSIONS_INTRODUCTION = `## Extensions of Envoy that are not implemented

A configuration that names one of these types is refused. They are known, so that the refusal says what it is about.
`;

/** The text of docs/config-coverage.md. */
export function renderCoverage(tables: readonly MessageSupport[]): string {
  const sorted = tables.toSorted((a, b) => (a.message < b.message ? -1 : 1));
  const sections = [
    INTRODUCTION,
    renderSummary(sorted),
    `## Messages\n`,
    ...sorted.map(renderMessage),
    EXTENSIONS_INTRODUCTION,
    renderExtensions(new Set(tables.map(({ message }) => message))),
  ];
  return sections.join("\n");
}

function renderSummary(tables: readonly MessageSupport[]): string {
  const rows = TARGETS.map((target) => {
    const said = tables.flatMap((table) =>
      messageFields(table.message).map((field) => supportOf(table, field)[target].kind),
    );
    return [target, ...KINDS.map((kind) => String(said.filter((one) => one === kind).length))];
  });
  return `## Summary\n\nFields of the ${tables.length} messages that are read:\n\n${renderTable(["target", ...KINDS], rows)}`;
}

function renderMessage(table: MessageSupport): string {
  const fields = messageFields(table.message);
  const listed = fields.filter(({ jsonName }) => Object.hasOwn(table.fields, jsonName));
  const rows = listed.map((field) => {
    const said = supportOf(table, field);
    return [`\`${field.name}\``, ...TARGETS.map((target) => renderSupport(said[target]))];
  });
  const missing = fields.filter((field) => !listed.includes(field)).map(({ name }) => `\`${name}\``);
  const parts = [
    `### ${table.message}\n`,
    ...(fields.length === 0 ? ["Supported; it has no fields.\n"] : []),
    ...(rows.length === 0 ? [] : [renderTable(["field", ...TARGETS], rows)]),
    ...(missing.length === 0 ? [] : [`Not implemented, so unsupported on both: ${missing.join(", ")}.\n`]),
  ];
  return parts.join("\n");
}

function supportOf(table: MessageSupport, field: FieldSchema): FieldSupportPerTarget {
  return table.fields[field.jsonName] ?? { edge: NOT_IMPLEMENTED, node: NOT_IMPLEMENTED };
}

function renderSupport(said: FieldSupport): string {
  switch (said.kind) {
    case "supported":
      return "supported";
    case "approximated":
      return `approximated: ${said.how}`;
    default:
      return `${said.kind}: ${said.why}`;
  }
}

/** Extensions are the messages that no field holds: only an Any leads to them. */
function renderExtensions(implemented: ReadonlySet<string>): string {
  const held = new Set(messageNames().flatMap((message) => messageFields(message).map(({ type }) => type)));
  const missing = messageNames().filter(
    (name) => name.startsWith("envoy.extensions.") && !held.has(name) && !implemented.has(name) && !isNested(name),
  );
  const byCategory = Map.groupBy(missing.toSorted(), categoryOf);
  return [...byCategory].map(([category, names]) => `- **${category}**: ${names.map(code).join(", ")}\n`).join("");
}

function isNested(fullName: string): boolean {
  return fullName.split(".").filter((part) => /^[A-Z]/.test(part)).length > 1;
}

/** `filters.http` of `envoy.extensions.filters.http.fault.v3.HTTPFault`. */
function categoryOf(fullName: string): string {
  const [, , category = "", kind = ""] = fullName.split(".");
  return category === "filters" ? `${category}.${kind}` : category;
}

function code(fullName: string): string {
  return `\`${fullName.replace("envoy.extensions.", "")}\``;
}

function renderTable(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const lines = [head, head.map(() => "---"), ...rows.map((row) => row.map((cell) => cell.replaceAll("|", "\\|")))];
  return `${lines.map((cells) => `| ${cells.join(" | ")} |`).join("\n")}\n`;
}
