import type { ConfigPath } from "../diagnostics/config-path.ts";
import type { DiagnosticSink } from "../diagnostics/diagnostic.ts";
import { toByteString } from "../matching/byte-string.ts";
import { compileRegexMatcher } from "../matching/regex-matcher.ts";
import { asciiLowerCase } from "../matching/string-matcher.ts";
import type { RouteMatch } from "../schema/envoy-types.ts";

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
  const message = "expected one of prefix, path, path_separated_prefix, safe_regex; the others are not implemented";
  diagnostics.error(path, "config.unsupported", message);
  return undefined;
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
