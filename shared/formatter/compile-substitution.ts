import type { ConfigPath } from "../diagnostics/config-path.ts";
import type { DiagnosticSink } from "../diagnostics/diagnostic.ts";
import type { SubstitutionFormatString } from "../schema/envoy-types.ts";
import { compileFormat, type Format } from "./compile-format.ts";
import { compileJsonFormat } from "./compile-json-format.ts";
import { dataSourceText } from "./data-source-text.ts";

/** A compiled `envoy.config.core.v3.SubstitutionFormatString`. */
export interface Substitution {
  readonly format: Format;
  /** Of what the format prints: as configured, else by its kind. */
  readonly contentType: string;
}

/** Compiles a format string of either kind; nothing after reporting why. */
export function compileSubstitution(
  config: SubstitutionFormatString,
  path: ConfigPath,
  diagnostics: DiagnosticSink,
): Substitution | undefined {
  const { jsonFormat, contentType = "", omitEmptyValues = false } = config;
  const missing = omitEmptyValues ? "" : "-";
  if (jsonFormat !== undefined) {
    const format = compileJsonFormat(jsonFormat, path.field("jsonFormat"), diagnostics, missing);
    return format && { format, contentType: contentType || "application/json" };
  }
  const text = textOf(config, path, diagnostics);
  if (text === undefined) return undefined;
  const format = compileFormat(text.text, text.path, diagnostics, missing);
  return format && { format, contentType: contentType || "text/plain" };
}

interface FormatText {
  readonly text: string;
  readonly path: ConfigPath;
}

function textOf(
  { textFormat, textFormatSource }: SubstitutionFormatString,
  path: ConfigPath,
  diagnostics: DiagnosticSink,
): FormatText | undefined {
  if (textFormat !== undefined) return { text: textFormat, path: path.field("textFormat") };
  const sourcePath = path.field("textFormatSource");
  const text = dataSourceText(textFormatSource ?? {}, sourcePath, diagnostics);
  return text === undefined ? undefined : { text, path: sourcePath };
}
