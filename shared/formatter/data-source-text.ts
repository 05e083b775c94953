import { parseBase64 } from "../base/base64.ts";
import type { ConfigPath } from "../diagnostics/config-path.ts";
import type { DiagnosticSink } from "../diagnostics/diagnostic.ts";
import type { DataSource } from "../schema/envoy-types.ts";

/**
 * The text of an `envoy.config.core.v3.DataSource`; nothing after reporting why. The loader has put files and environment
 * variables in the place of their names.
 */
export function dataSourceText(
  { inlineString, inlineBytes }: DataSource,
  path: ConfigPath,
  diagnostics: DiagnosticSink,
): string | undefined {
  const text = inlineString ?? decoded(inlineBytes);
  if (text === undefined)
    diagnostics.error(path, "config.data_source", "expected inline_string or inline_bytes of UTF-8");
  return text;
}

function decoded(base64: string | undefined): string | undefined {
  const bytes = base64 === undefined ? undefined : parseBase64(base64);
  if (bytes === undefined) return undefined;
  const text = new TextDecoder("utf-8", { fatal: false, ignoreBOM: true }).decode(bytes);
  return text.includes("\ufffd") ? undefined : text;
}
