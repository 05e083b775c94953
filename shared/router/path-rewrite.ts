import type { ConfigPath } from "../diagnostics/config-path.ts";
import type { DiagnosticSink } from "../diagnostics/diagnostic.ts";
import { stripQueryAndFragment } from "../http/path.ts";
import { toByteString } from "../matching/byte-string.ts";
import { compileRegexRewrite } from "../matching/regex-matcher.ts";
import type { RegexMatchAndSubstitute } from "../schema/envoy-types.ts";

/** Rewrites a path; what stands behind `?` stays as it is. */
export type PathRewrite = (pathAndQuery: string) => string;

/** The rewrite fields that `RouteAction` and `RedirectAction` have alike. */
export interface PathRewriteFields {
  readonly prefixRewrite?: string;
  readonly regexRewrite?: RegexMatchAndSubstitute;
}

/**
 * Compiles the path rewrite of a route; `undefined` where there is none. `matchedLength` is how much of a path its specifier
 * matches, and `prefix_rewrite` replaces; `undefined` is all of it. An empty `prefix_rewrite` rewrites nothing, as in Envoy.
 */
export function compilePathRewrite(
  config: PathRewriteFields,
  matchedLength: number | undefined,
  path: ConfigPath,
  diagnostics: DiagnosticSink,
): PathRewrite | undefined {
  const { prefixRewrite = "", regexRewrite } = config;
  if (prefixRewrite !== "" && regexRewrite !== undefined) {
    const message = "Specify only one of prefix_rewrite, regex_rewrite or path_rewrite_policy";
    diagnostics.error(path, "config.oneof", message);
    return undefined;
  }
  if (prefixRewrite !== "") return replacePrefix(toByteString(prefixRewrite), matchedLength);
  const replace = regexRewrite && compileRegexRewrite(regexRewrite, path.field("regexRewrite"), diagnostics);
  return replace && ((pathAndQuery) => replaceMatches(pathAndQuery, replace));
}

function replacePrefix(replacement: string, matchedLength: number | undefined): PathRewrite {
  if (matchedLength !== undefined) return (pathAndQuery) => replacement + pathAndQuery.slice(matchedLength);
  return (pathAndQuery) => replacement + pathAndQuery.slice(stripQueryAndFragment(pathAndQuery).length);
}

function replaceMatches(pathAndQuery: string, replace: (text: string) => string): string {
  const path = stripQueryAndFragment(pathAndQuery);
  return replace(path) + pathAndQuery.slice(path.length);
}
