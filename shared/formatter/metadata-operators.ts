import { ok } from "../base/result.ts";
import type { FormatValue } from "./format-context.ts";
import { type CompiledOperator, misused, type OperatorTable } from "./operator-spec.ts";

/** Operators that read metadata. */
export const METADATA_OPERATORS: OperatorTable = {
  DYNAMIC_METADATA: { argument: "required", length: true, compile: compileDynamicMetadata },
};

/** `NAMESPACE:KEY:KEY…`. Without keys the whole namespace, as JSON. The old form `["NAMESPACE", "KEY"]` is accepted. */
function compileDynamicMetadata(argument: string): CompiledOperator {
  const [namespace = "", ...keys] = argument.startsWith("[") ? fromJsonForm(argument) : argument.split(":");
  if (namespace === "") return misused(`expected NAMESPACE:KEY for DYNAMIC_METADATA, got ${argument}`);
  return ok(({ streamInfo }) => renderMetadata(valueAt(streamInfo.metadata(namespace), keys)));
}

function fromJsonForm(argument: string): string[] {
  const inner = /^\[(?:\s*"[^"\\]*"\s*,?)+\]$/.exec(argument);
  return inner === null ? [] : [...argument.matchAll(/"([^"]*)"/g)].map(([, text = ""]) => text);
}

function valueAt(namespace: Readonly<Record<string, unknown>> | undefined, keys: readonly string[]): unknown {
  let value: unknown = namespace;
  for (const key of keys) {
    if (typeof value !== "object" || value === null || !Object.hasOwn(value, key)) return undefined;
    value = (value as Readonly<Record<string, unknown>>)[key]; // an object, as just checked
  }
  return value;
}

/** Texts and numbers as they are; the rest as JSON. */
function renderMetadata(value: unknown): FormatValue {
  if (value === undefined || value === null) return undefined;
  return typeof value === "string" || typeof value === "number" ? value : JSON.stringify(value);
}
