import { compileRegex } from "../matching/regex/regex.ts";
import { asciiLowerCase } from "../matching/string-matcher.ts";
import { parseUriTemplate } from "../matching/uri-template/uri-template.ts";
import type { RouteMatch, UriTemplateMatchConfig } from "../schema/envoy-types.ts";

/** Which paths a route is for, as far as one can tell without trying. */
export interface PathShape {
  readonly kind: "prefix" | "exact" | "separated" | "pattern" | "connect";
  /** In lower case where case is ignored; for a pattern its source. */
  readonly text: string;
  readonly ignoreCase: boolean;
  /** Every path begins with this. */
  readonly begin: string;
}

/** The shape of a route's path specifier; `undefined` where it has none that can be read. */
export function pathShape(match: RouteMatch): PathShape | undefined {
  const ignoreCase = match.caseSensitive === false;
  const plain = (kind: PathShape["kind"], text: string): PathShape => {
    const folded = ignoreCase ? asciiLowerCase(text) : text;
    return { kind, text: folded, ignoreCase, begin: folded };
  };
  if (match.prefix !== undefined) return plain("prefix", match.prefix);
  if (match.path !== undefined) return plain("exact", match.path);
  if (match.pathSeparatedPrefix !== undefined) return plain("separated", match.pathSeparatedPrefix);
  if (match.connectMatcher !== undefined) return { kind: "connect", text: "", ignoreCase: false, begin: "" };
  return patternShape(match);
}

function patternShape({ safeRegex, pathMatchPolicy }: RouteMatch): PathShape | undefined {
  const source = safeRegex?.regex ?? templatePattern(pathMatchPolicy?.typedConfig);
  if (source === undefined) return undefined;
  // What every path that begins so matches is a prefix by another name.
  const [, literal] = /^\^?([\w/-]*)\.\*\$?$/.exec(source) ?? [];
  if (literal !== undefined) return { kind: "prefix", text: literal, ignoreCase: false, begin: literal };
  const regex = compileRegex(source);
  return regex.ok ? { kind: "pattern", text: source, ignoreCase: false, begin: regex.value.literalPrefix } : undefined;
}

function templatePattern(config: unknown): string | undefined {
  if (config === undefined) return undefined;
  const { pathTemplate = "" } = config as UriTemplateMatchConfig; // the only message there is for a path matcher
  const template = parseUriTemplate(pathTemplate);
  return template.ok ? template.value.pattern : undefined;
}
