import type { ConfigPath } from "../diagnostics/config-path.ts";
import type { DiagnosticSink } from "../diagnostics/diagnostic.ts";
import type { CookieMatcher } from "../schema/envoy-types.ts";
import { toByteString } from "./byte-string.ts";
import { compileStringMatcher } from "./string-matcher.ts";

/** Says whether the cookies of a request (its `cookie` header) match. */
export type CookiePredicate = (cookies: string | undefined) => boolean;

/**
 * Compiles an `envoy.config.route.v3.CookieMatcher`; `undefined` after an error has been reported. A missing cookie does not
 * match, so that an inverted matcher holds where there is none: unlike headers, and as in Envoy.
 */
export function compileCookieMatcher(
  config: CookieMatcher,
  path: ConfigPath,
  diagnostics: DiagnosticSink,
): CookiePredicate | undefined {
  const name = toByteString(config.name ?? "");
  const { stringMatch = {}, invertMatch = false } = config;
  const matches = compileStringMatcher(stringMatch, path.field("stringMatch"), diagnostics);
  if (matches === undefined) return undefined;
  return (cookies) => {
    const value = cookies === undefined ? undefined : cookieValue(cookies, name);
    return (value !== undefined && matches(value)) !== invertMatch;
  };
}

/**
 * The first value of a cookie, without quotes around it; `undefined` where there is no such cookie, or no `=` behind it.
 * Source: Envoy `Http::Utility::parseCookies`.
 */
export function cookieValue(cookies: string, name: string): string | undefined {
  for (const pair of cookies.split(";")) {
    const text = pair.replace(/^[\t-\r ]+/, "");
    if (text.startsWith(name) && text[name.length] === "=") return unquoted(text.slice(name.length + 1));
  }
  return undefined;
}

function unquoted(value: string): string {
  return value.length >= 2 && value.startsWith('"') && value.endsWith('"') ? value.slice(1, -1) : value;
}
