import { parseBase64 } from "../base/base64.ts";
import type { ConfigPath } from "../diagnostics/config-path.ts";
import type { DiagnosticSink } from "../diagnostics/diagnostic.ts";
import type { DataSource } from "../schema/envoy-types.ts";

/**
 * The text of a direct response; empty after reporting why. It is limited to `maxBytes`, as in Envoy. The loader has put files
 * and environment variables in the place of their names.
 */
export function compileDirectResponseBody(
  body: DataSource,
  maxBytes: number,
  path: ConfigPath,
  diagnostics: DiagnosticSink,
): string {
  const bytes = bytesOf(body);
  if (bytes === undefined) {
    diagnostics.error(path, "config.data_source", "expected inline_string or inline_bytes");
    return "";
  }
  if (bytes.byteLength > maxBytes) {
    const message = `response body size is ${bytes.byteLength} bytes; maximum is ${maxBytes}`;
    diagnostics.error(path, "config.limit", message);
  }
  const text = new TextDecoder("utf-8", { fatal: false, ignoreBOM: true }).decode(bytes);
  if (!sameBytes(new TextEncoder().encode(text), bytes)) {
    diagnostics.error(path, "config.unsupported", "expected a body that is UTF-8 text");
  }
  return text;
}

function bytesOf({ inlineString, inlineBytes }: DataSource): Uint8Array | undefined {
  if (inlineString !== undefined) return new TextEncoder().encode(inlineString);
  return inlineBytes === undefined ? undefined : parseBase64(inlineBytes);
}

function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.byteLength === b.byteLength && a.every((byte, at) => byte === b[at]);
}
