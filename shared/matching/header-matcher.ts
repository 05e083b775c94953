import type { ConfigPath } from "../diagnostics/config-path.ts";
import type { DiagnosticSink } from "../diagnostics/diagnostic.ts";
import type { EnvoyTypeInt64Range, EnvoyTypeMatcherStringMatcher, HeaderMatcher } from "../schema/envoy-types.ts";
import { toByteString } from "./byte-string.ts";
import type { HeaderReader } from "./header-reader.ts";
import { compileRegexMatcher } from "./regex-matcher.ts";
import { compileStringMatcher, type StringPredicate } from "./string-matcher.ts";

/** A compiled `envoy.config.route.v3.HeaderMatcher`. */
export interface HeaderPredicate {
  /** Lower case; `host` is `:authority`. */
  readonly name: string;
  /** Where set, the predicate holds exactly when a value of the header equals this. For indexing. */
  readonly exactValue: string | undefined;
  test(headers: HeaderReader): boolean;
}

/** Compiles one header matcher; `undefined` after an error has been reported. */
export function compileHeaderMatcher(
  config: HeaderMatcher,
  path: ConfigPath,
  diagnostics: DiagnosticSink,
): HeaderPredicate | undefined {
  const name = headerName(config.name ?? "");
  const { presentMatch, rangeMatch, safeRegexMatch } = config;
  if (presentMatch !== undefined) return presence(name, presentMatch, config);
  if (rangeMatch !== undefined) return valueTest(name, inRange(rangeMatch), config);
  if (safeRegexMatch !== undefined) {
    const regex = compileRegexMatcher(safeRegexMatch, path.field("safeRegexMatch"), diagnostics);
    return regex && valueTest(name, (value) => regex.fullMatch(value), config);
  }
  const string = stringMatcherOf(config);
  if (string === undefined) return presence(name, true, config);
  const matches = compileStringMatcher(string.matcher, path.field(string.field), diagnostics);
  return matches && { ...valueTest(name, matches, config), exactValue: exactValueOf(string.matcher, config) };
}

/** Compiles a list of which all must hold; one that was refused is left out, its error reported. */
export function compileHeaderMatchers(
  configs: readonly HeaderMatcher[],
  path: ConfigPath,
  diagnostics: DiagnosticSink,
): HeaderPredicate[] {
  return configs
    .map((config, at) => compileHeaderMatcher(config, path.index(at), diagnostics))
    .filter((predicate) => predicate !== undefined);
}

function headerName(name: string): string {
  const lower = name.toLowerCase();
  return lower === "host" ? ":authority" : lower;
}

/** `treat_missing_header_as_empty` makes every header present, which is odd for a presence test but what Envoy does. */
function presence(name: string, wanted: boolean, config: HeaderMatcher): HeaderPredicate {
  const { invertMatch = false, treatMissingHeaderAsEmpty = false } = config;
  const answer = wanted !== invertMatch;
  const test = treatMissingHeaderAsEmpty
    ? (): boolean => answer
    : (headers: HeaderReader): boolean => headers.has(name) === answer;
  return { name, exactValue: undefined, test };
}

/**
 * A header that came more than once matches if one of its values does, and an inverted test holds if none does: joining them
 * would let a second value hide the first. A missing header fails also an inverted test, unless it counts as empty.
 * Source: Envoy 1.39, observed; releases before it compared the values joined with a comma.
 */
function valueTest(name: string, matches: StringPredicate, config: HeaderMatcher): HeaderPredicate {
  const { invertMatch = false, treatMissingHeaderAsEmpty = false } = config;
  const missing = treatMissingHeaderAsEmpty && matches("") !== invertMatch;
  const test = (headers: HeaderReader): boolean => {
    const passed = headers.anyValue(name, matches);
    return passed === undefined ? missing : passed !== invertMatch;
  };
  return { name, exactValue: undefined, test };
}

interface StringForm {
  readonly matcher: EnvoyTypeMatcherStringMatcher;
  /** The field it came from; the deprecated forms stand directly in the header matcher. */
  readonly field: keyof HeaderMatcher;
}

function stringMatcherOf(config: HeaderMatcher): StringForm | undefined {
  const { stringMatch, exactMatch, prefixMatch, suffixMatch, containsMatch } = config;
  if (stringMatch !== undefined) return { matcher: stringMatch, field: "stringMatch" };
  if (exactMatch !== undefined) return { matcher: { exact: exactMatch }, field: "exactMatch" };
  if (prefixMatch !== undefined) return { matcher: { prefix: prefixMatch }, field: "prefixMatch" };
  if (suffixMatch !== undefined) return { matcher: { suffix: suffixMatch }, field: "suffixMatch" };
  if (containsMatch !== undefined) return { matcher: { contains: containsMatch }, field: "containsMatch" };
  return undefined;
}

function exactValueOf({ exact, ignoreCase }: EnvoyTypeMatcherStringMatcher, config: HeaderMatcher): string | undefined {
  if (exact === undefined || ignoreCase === true || config.invertMatch === true) return undefined;
  return exact === "" && config.treatMissingHeaderAsEmpty === true ? undefined : toByteString(exact);
}

const INT64_MAX = 2n ** 63n - 1n;
const INT64_MIN = -(2n ** 63n);

/** `start <= value < end`. The value is read as Envoy does: one decimal int64, a sign and white space around it allowed. */
function inRange({ start = "0", end = "0" }: EnvoyTypeInt64Range): StringPredicate {
  const from = BigInt(start);
  const to = BigInt(end);
  return (value) => {
    if (!/^[\t-\r ]*[+-]?[0-9]{1,32}[\t-\r ]*$/.test(value)) return false;
    const number = BigInt(value.trim().replace(/^\+/, ""));
    return number >= INT64_MIN && number <= INT64_MAX && number >= from && number < to;
  };
}
