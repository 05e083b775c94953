import type { ConfigPath } from "../diagnostics/config-path.ts";
import type { DiagnosticSink } from "../diagnostics/diagnostic.ts";
import type { FormatContext } from "../formatter/format-context.ts";
import type { HeaderMap } from "../http/header-map.ts";
import type { HeaderValueOption } from "../schema/envoy-types.ts";
import { compileHeaderAddition, type HeaderAddition, isModifiableHeader, overwrites } from "./header-addition.ts";

/** One level of header mutation: what a virtual host, say, removes from and adds to the request. Immutable. */
export interface HeaderMutation {
  /** Changes `headers`, which are one of the maps of `context`. */
  apply(headers: HeaderMap, context: FormatContext): void;
}

/** The two lists of one level, `request_headers_to_add` and `request_headers_to_remove` or those for responses. */
export interface HeaderMutationConfig {
  readonly add: readonly HeaderValueOption[] | undefined;
  readonly addPath: ConfigPath;
  readonly remove: readonly string[] | undefined;
  readonly removePath: ConfigPath;
}

/**
 * Compiles one level; `undefined` where it changes nothing. Problems are reported, and what they concern is left out.
 *
 * As in Envoy, headers are removed first; then every value is computed from what is left, before any of them is written; then
 * overwriting additions are written, then the others. Source: Envoy `Router::HeaderParser::evaluateHeaders`.
 */
export function compileHeaderMutation(
  config: HeaderMutationConfig,
  diagnostics: DiagnosticSink,
): HeaderMutation | undefined {
  const removed = compileRemovals(config.remove ?? [], config.removePath, diagnostics);
  const additions = (config.add ?? [])
    .map((option, at) => compileHeaderAddition(option, config.addPath.index(at), diagnostics))
    .filter((addition) => addition !== undefined);
  if (removed.length === 0 && additions.length === 0) return undefined;
  const ordered = [...additions.filter(overwrites), ...additions.filter((addition) => !overwrites(addition))];
  return {
    apply: (headers, context) => {
      for (const name of removed) headers.remove(name);
      writeAll(ordered, headers, context);
    },
  };
}

function compileRemovals(names: readonly string[], path: ConfigPath, diagnostics: DiagnosticSink): string[] {
  for (const [at, name] of names.entries()) {
    if (isModifiableHeader(name)) continue;
    diagnostics.error(path.index(at), "config.header", ":-prefixed or host headers may not be removed");
  }
  return names.filter(isModifiableHeader).map((name) => name.toLowerCase());
}

function writeAll(additions: readonly HeaderAddition[], headers: HeaderMap, context: FormatContext): void {
  if (additions.length === 1) {
    additions[0]?.apply(headers, context);
    return;
  }
  const values = additions.map((addition) => addition.valueFor(headers, context));
  for (const [at, addition] of additions.entries()) {
    const value = values[at];
    if (value !== undefined) addition.write(headers, value);
  }
}
