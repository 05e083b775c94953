import type { ConfigPath } from "../diagnostics/config-path.ts";
import type { DiagnosticSink } from "../diagnostics/diagnostic.ts";
import { compileFormat } from "../formatter/compile-format.ts";
import type { HeaderMap } from "../http/header-map.ts";
import type { StreamInfo } from "../http/stream-info.ts";

/** Makes a text of a request; `undefined` where the format gives none. */
export type FormattedRewrite = (request: HeaderMap, info: StreamInfo) => string | undefined;

/** Compiles a `path_rewrite`; nothing after reporting why. What is missing prints as nothing. */
export function compileFormattedPath(
  text: string,
  path: ConfigPath,
  diagnostics: DiagnosticSink,
): FormattedRewrite | undefined {
  const format = compileFormat(text, path, diagnostics, "");
  return format && ((request, info) => format({ requestHeaders: request, streamInfo: info }) || undefined);
}

/** Compiles a `host_rewrite`; nothing after reporting why. Unlike in paths, what is missing prints as `-`, as in Envoy. */
export function compileFormattedHost(
  text: string,
  path: ConfigPath,
  diagnostics: DiagnosticSink,
): FormattedRewrite | undefined {
  const format = compileFormat(text, path, diagnostics);
  return format && ((request, info) => format({ requestHeaders: request, streamInfo: info }) || undefined);
}
