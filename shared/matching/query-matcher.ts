import type { ConfigPath } from "../diagnostics/config-path.ts";
import type { DiagnosticSink } from "../diagnostics/diagnostic.ts";
import type { QueryParameterMatcher } from "../schema/envoy-types.ts";
import { toByteString } from "./byte-string.ts";
import { compileStringMatcher } from "./string-matcher.ts";

/** Says whether the query of a path with query (`:path`) matches. */
export type QueryPredicate = (pathAndQuery: string) => boolean;

/** Compiles an `envoy.config.route.v3.QueryParameterMatcher`; `undefined` after an error has been reported. */
export function compileQueryMatcher(
  config: QueryParameterMatcher,
  path: ConfigPath,
  diagnostics: DiagnosticSink,
): QueryPredicate | undefined {
  const name = toByteString(config.name ?? "");
  if (config.stringMatch === undefined) {
    const wanted = config.presentMatch ?? true;
    return (pathAndQuery) => (queryParameter(pathAndQuery, name) !== undefined) === wanted;
  }
  const matches = compileStringMatcher(config.stringMatch, path.field("stringMatch"), diagnostics);
  if (matches === undefined) return undefined;
  return (pathAndQuery) => {
    const value = queryParameter(pathAndQuery, name);
    return value !== undefined && matches(value);
  };
}

/**
 * The first value of a query parameter as it stands in the path, with no percent-decoding; empty for a parameter without `=`.
 * Source: Envoy `Http::Utility::QueryParamsMulti::parseQueryString`.
 */
export function queryParameter(pathAndQuery: string, name: string): string | undefined {
  let start = pathAndQuery.indexOf("?") + 1;
  if (start === 0) return undefined;
  while (start < pathAndQuery.length) {
    const separator = pathAndQuery.indexOf("&", start);
    const end = separator < 0 ? pathAndQuery.length : separator;
    if (pathAndQuery.startsWith(name, start)) {
      const after = start + name.length;
      if (after === end) return "";
      if (after < end && pathAndQuery[after] === "=") return pathAndQuery.slice(after + 1, end);
    }
    start = end + 1;
  }
  return undefined;
}
