import { ok, type Result } from "../base/result.ts";
import type { ConfigPath } from "../diagnostics/config-path.ts";
import type { DiagnosticSink } from "../diagnostics/diagnostic.ts";
import { toByteString } from "../matching/byte-string.ts";
import { compileRegexMatcher } from "../matching/regex-matcher.ts";
import { compileRegex, type Regex } from "../matching/regex/regex.ts";
import { asciiLowerCase } from "../matching/string-matcher.ts";
import { parseUriTemplate } from "../matching/uri-template/uri-template.ts";
import type { RouteMatch, TypedExtensionConfig, UriTemplateMatchConfig } from "../schema/envoy-types.ts";

/** What an index needs to know of a path specifier: every path that matches equals the text, or begins with it. */
export interface PathKey {
  readonly kind: "exact" | "prefix";
  /** In lower case where case is ignored. */
  readonly text: string;
  readonly ignoreCase: boolean;
}

/** A compiled path specifier of a `RouteMatch`. Paths come without query and fragment. */
export interface PathSpecifier {
  readonly key: PathKey;
  /** What the key leaves open; `undefined` if nothing. */
  readonly test: ((path: string) => boolean) | undefined;
  /** How much of a path `prefix_rewrite` replaces; `undefined` for all of it. */
  readonly matchedLength: number | undefined;
  /** Wants CONNECT, which no other specifier ever matches. */
  readonly isConnect?: true;
  /** Of `path_match_policy`, for its rewrites. */
  readonly template?: CompiledTemplate;
}

/** A path template with the regular expression that it stands for. */
export interface CompiledTemplate {
  readonly regex: Regex;
  readonly variables: readonly string[];
}

/** Compiles the path specifier of a route; nothing after reporting why. */
export function compilePathSpecifier(
  match: RouteMatch,
  path: ConfigPath,
  diagnostics: DiagnosticSink,
): PathSpecifier | undefined {
  const ignoreCase = match.caseSensitive === false;
  if (match.prefix !== undefined) return prefix(toByteString(match.prefix), ignoreCase);
  if (match.path !== undefined) return exact(toByteString(match.path), ignoreCase);
  if (match.pathSeparatedPrefix !== undefined) {
    return separatedPrefix(toByteString(match.pathSeparatedPrefix), ignoreCase);
  }
  if (match.safeRegex !== undefined) {
    const regex = compileRegexMatcher(match.safeRegex, path.field("safeRegex"), diagnostics);
    const key = { kind: "prefix", text: regex?.literalPrefix ?? "", ignoreCase: false } as const;
    return regex && { key, test: (text) => regex.fullMatch(text), matchedLength: undefined };
  }
  if (match.connectMatcher !== undefined) return CONNECT;
  if (match.pathMatchPolicy !== undefined) return byPolicy(match.pathMatchPolicy, path, diagnostics);
  diagnostics.error(path, "config.oneof", "expected a path specifier, such as prefix or path, got none");
  return undefined;
}

/** What every path begins with. */
export const ANY_PATH: PathKey = { kind: "prefix", text: "", ignoreCase: false };
const CONNECT: PathSpecifier = { key: ANY_PATH, test: undefined, matchedLength: undefined, isConnect: true };

const TEMPLATE_TYPE = "type.googleapis.com/envoy.extensions.path.match.uri_template.v3.UriTemplateMatchConfig";

/** Envoy has this one extension of the category. `case_sensitive` has no effect on it. */
function byPolicy(
  { typedConfig }: TypedExtensionConfig,
  path: ConfigPath,
  diagnostics: DiagnosticSink,
): PathSpecifier | undefined {
  const configPath = path.field("pathMatchPolicy").field("typedConfig");
  if (typedConfig?.["@type"] !== TEMPLATE_TYPE) {
    const message = `expected a path matcher of type ${TEMPLATE_TYPE}, got ${typedConfig?.["@type"] ?? "none"}`;
    diagnostics.error(configPath, "config.unknown_extension", message);
    return undefined;
  }
  const { pathTemplate = "" } = typedConfig as UriTemplateMatchConfig; // the message that the type URL names, checked by the loader
  const template = compileTemplate(pathTemplate);
  if (!template.ok) {
    diagnostics.error(configPath.field("pathTemplate"), "config.path_template", `invalid template: ${template.error}`);
    return undefined;
  }
  const { regex } = template.value;
  const key = { kind: "prefix", text: regex.literalPrefix, ignoreCase: false } as const;
  return { key, test: (text) => regex.fullMatch(text), matchedLength: undefined, template: template.value };
}

function compileTemplate(text: string): Result<CompiledTemplate, string> {
  const parsed = parseUriTemplate(text);
  if (!parsed.ok) return parsed;
  const regex = compileRegex(parsed.value.pattern);
  return regex.ok ? ok({ regex: regex.value, variables: parsed.value.variables }) : regex;
}

function exact(text: string, ignoreCase: boolean): PathSpecifier {
  return { key: keyOf("exact", text, ignoreCase), test: undefined, matchedLength: text.length };
}

function prefix(text: string, ignoreCase: boolean): PathSpecifier {
  return { key: keyOf("prefix", text, ignoreCase), test: undefined, matchedLength: text.length };
}

/** What follows the prefix is nothing, or begins with a slash. */
function separatedPrefix(text: string, ignoreCase: boolean): PathSpecifier {
  const { length } = text;
  return {
    key: keyOf("prefix", text, ignoreCase),
    test: (path) => path.length === length || path[length] === "/",
    matchedLength: length,
  };
}

function keyOf(kind: PathKey["kind"], text: string, ignoreCase: boolean): PathKey {
  return { kind, text: ignoreCase ? asciiLowerCase(text) : text, ignoreCase };
}
