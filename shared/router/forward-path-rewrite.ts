import type { ConfigPath } from "../diagnostics/config-path.ts";
import type { DiagnosticSink } from "../diagnostics/diagnostic.ts";
import type { HeaderMap } from "../http/header-map.ts";
import { stripQueryAndFragment } from "../http/path.ts";
import type { StreamInfo } from "../http/stream-info.ts";
import { parseSubstitution } from "../matching/regex/substitution.ts";
import { parseTemplateRewrite } from "../matching/uri-template/uri-template.ts";
import type { RouteAction, TypedExtensionConfig, UriTemplateRewriteConfig } from "../schema/envoy-types.ts";
import { compileFormattedPath, type FormattedRewrite } from "./formatted-rewrite.ts";
import { compilePathRewrite, type PathRewrite } from "./path-rewrite.ts";
import type { CompiledTemplate, PathSpecifier } from "./path-specifier.ts";

/** What becomes of the path of a request; `undefined` leaves it as it is. */
export type ForwardPathRewrite = (pathAndQuery: string, request: HeaderMap, info: StreamInfo) => string | undefined;

const REWRITE_TYPE = "type.googleapis.com/envoy.extensions.path.rewrite.uri_template.v3.UriTemplateRewriteConfig";

/** Compiles what a `RouteAction` makes of the path; `undefined` where nothing, or after reporting why not. */
export function compileForwardPathRewrite(
  action: RouteAction,
  { matchedLength, template }: PathSpecifier,
  path: ConfigPath,
  diagnostics: DiagnosticSink,
): ForwardPathRewrite | undefined {
  const { pathRewritePolicy, pathRewrite = "", prefixRewrite = "", regexRewrite } = action;
  const ways = [pathRewritePolicy, regexRewrite, pathRewrite || undefined, prefixRewrite || undefined];
  if (ways.filter((way) => way !== undefined).length > 1) {
    diagnostics.error(path, "config.oneof", ONE_ONLY);
    return undefined;
  }
  if (prefixRewrite !== "" && template !== undefined) {
    diagnostics.error(path.field("prefixRewrite"), "config.oneof", "Cannot use prefix_rewrite with matcher extension");
    return undefined;
  }
  if (pathRewrite !== "") {
    const format = compileFormattedPath(pathRewrite, path.field("pathRewrite"), diagnostics);
    return format && formatted(format);
  }
  if (pathRewritePolicy === undefined) return compilePathRewrite(action, matchedLength, path, diagnostics);
  return compilePolicy(pathRewritePolicy, template, path.field("pathRewritePolicy").field("typedConfig"), diagnostics);
}

/** In Envoy's words, which leave out the newest of the four. */
const ONE_ONLY = "Specify only one of prefix_rewrite, regex_rewrite or path_rewrite_policy";

/** The query stays, behind whatever the format gives. Where it gives nothing the path stays, too. */
function formatted(format: FormattedRewrite): ForwardPathRewrite {
  return (pathAndQuery, request, info) => {
    const query = pathAndQuery.slice(stripQueryAndFragment(pathAndQuery).length);
    const path = format(request, info);
    return path === undefined ? undefined : path + query;
  };
}

/** Envoy has this one extension of the category. */
function compilePolicy(
  { typedConfig }: TypedExtensionConfig,
  template: CompiledTemplate | undefined,
  path: ConfigPath,
  diagnostics: DiagnosticSink,
): PathRewrite | undefined {
  if (typedConfig?.["@type"] !== REWRITE_TYPE) {
    const message = `expected a path rewriter of type ${REWRITE_TYPE}, got ${typedConfig?.["@type"] ?? "none"}`;
    diagnostics.error(path, "config.unknown_extension", message);
    return undefined;
  }
  if (template === undefined) {
    const message = "a template rewrites only paths that a path template matches (path_match_policy)";
    diagnostics.error(path, "config.path_template", message);
    return undefined;
  }
  const { pathTemplateRewrite = "" } = typedConfig as UriTemplateRewriteConfig; // the message that the type URL names, checked by the loader
  const substitution = parseTemplateRewrite(pathTemplateRewrite, template.variables);
  if (substitution.ok) return rewriteBy(template, substitution.value);
  diagnostics.error(
    path.field("pathTemplateRewrite"),
    "config.path_template",
    `invalid template: ${substitution.error}`,
  );
  return undefined;
}

function rewriteBy({ regex }: CompiledTemplate, text: string): PathRewrite {
  const substitution = parseSubstitution(text);
  return (pathAndQuery) => {
    const path = stripQueryAndFragment(pathAndQuery);
    return regex.replaceAll(path, substitution) + pathAndQuery.slice(path.length);
  };
}
