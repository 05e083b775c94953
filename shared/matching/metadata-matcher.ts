import type { ConfigPath } from "../diagnostics/config-path.ts";
import type { DiagnosticSink } from "../diagnostics/diagnostic.ts";
import type { MetadataMatcher } from "../schema/envoy-types.ts";
import { compileValueMatcher } from "./value-matcher.ts";

/** What the matcher needs of a stream: its dynamic metadata by namespace. */
export interface MetadataReader {
  metadata(namespace: string): Readonly<Record<string, unknown>> | undefined;
}

export type MetadataPredicate = (metadata: MetadataReader) => boolean;

/** Compiles an `envoy.type.matcher.v3.MetadataMatcher`; `undefined` after an error has been reported. */
export function compileMetadataMatcher(
  config: MetadataMatcher,
  path: ConfigPath,
  diagnostics: DiagnosticSink,
): MetadataPredicate | undefined {
  const { filter = "", invert = false } = config;
  const keys = (config.path ?? []).map(({ key = "" }) => key);
  const matches = compileValueMatcher(config.value ?? {}, path.field("value"), diagnostics);
  return matches && ((metadata) => matches(metadataValueAt(metadata.metadata(filter), keys)) !== invert);
}

/** The value that a path leads to. It leads through objects only; what it does not reach is not there. */
export function metadataValueAt(values: unknown, keys: readonly string[]): unknown {
  let value = values;
  for (const key of keys) {
    if (!isObject(value) || !Object.hasOwn(value, key)) return undefined;
    value = value[key];
  }
  return value;
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
