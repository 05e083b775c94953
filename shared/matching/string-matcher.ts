import type { ConfigPath } from "../diagnostics/config-path.ts";
import type { DiagnosticSink } from "../diagnostics/diagnostic.ts";
import type { EnvoyTypeMatcherStringMatcher } from "../schema/envoy-types.ts";
import { toByteString } from "./byte-string.ts";
import { compileRegexMatcher } from "./regex-matcher.ts";

/** Says whether a value, a byte string, matches. */
export type StringPredicate = (value: string) => boolean;

/** Compiles an `envoy.type.matcher.v3.StringMatcher`; `undefined` after an error has been reported. */
export function compileStringMatcher(
  config: EnvoyTypeMatcherStringMatcher,
  path: ConfigPath,
  diagnostics: DiagnosticSink,
): StringPredicate | undefined {
  const { safeRegex, custom, ignoreCase = false } = config;
  if (custom !== undefined) {
    diagnostics.error(path.field("custom"), "config.unsupported", "custom string matchers are not implemented");
    return undefined;
  }
  if (safeRegex !== undefined) {
    if (ignoreCase) {
      diagnostics.error(path.field("ignoreCase"), "config.oneof", "ignore_case has no effect for safe_regex");
    }
    const regex = compileRegexMatcher(safeRegex, path.field("safeRegex"), diagnostics);
    return regex && ((value) => regex.fullMatch(value));
  }
  const compare = compileComparison(config, ignoreCase);
  if (compare === undefined) {
    diagnostics.error(path, "config.oneof", "expected one of exact, prefix, suffix, safe_regex, contains");
  }
  return compare;
}

function compileComparison(config: EnvoyTypeMatcherStringMatcher, ignoreCase: boolean): StringPredicate | undefined {
  const compare = compileCaseSensitive(ignoreCase ? lowerCased(config) : config);
  return compare && ignoreCase ? (value) => compare(asciiLowerCase(value)) : compare;
}

function compileCaseSensitive(config: EnvoyTypeMatcherStringMatcher): StringPredicate | undefined {
  const { exact, prefix, suffix, contains } = config;
  if (exact !== undefined) return equals(toByteString(exact));
  if (prefix !== undefined) return startsWith(toByteString(prefix));
  if (suffix !== undefined) return endsWith(toByteString(suffix));
  if (contains !== undefined) return includes(toByteString(contains));
  return undefined;
}

function lowerCased({ exact, prefix, suffix, contains }: EnvoyTypeMatcherStringMatcher): EnvoyTypeMatcherStringMatcher {
  if (exact !== undefined) return { exact: asciiLowerCase(exact) };
  if (prefix !== undefined) return { prefix: asciiLowerCase(prefix) };
  if (suffix !== undefined) return { suffix: asciiLowerCase(suffix) };
  if (contains !== undefined) return { contains: asciiLowerCase(contains) };
  return {};
}

const equals = (wanted: string): StringPredicate => {
  return (value) => value === wanted;
};

const startsWith = (wanted: string): StringPredicate => {
  return (value) => value.startsWith(wanted);
};

const endsWith = (wanted: string): StringPredicate => {
  return (value) => value.endsWith(wanted);
};

const includes = (wanted: string): StringPredicate => {
  return (value) => value.includes(wanted);
};

/** Envoy folds ASCII letters only; `toLowerCase` would fold the code units of other bytes, too. */
export function asciiLowerCase(text: string): string {
  return text.replace(/[A-Z]+/g, (letters) => letters.toLowerCase());
}
