import type { ConfigPath } from "../diagnostics/config-path.ts";
import type { DiagnosticSink } from "../diagnostics/diagnostic.ts";
import type { EnvoyTypeMatcherRegexMatcher, RegexMatchAndSubstitute } from "../schema/envoy-types.ts";
import { toByteString } from "./byte-string.ts";
import { compileRegex, type Regex } from "./regex/regex.ts";
import { parseSubstitution } from "./regex/substitution.ts";

/** Compiles an `envoy.type.matcher.v3.RegexMatcher`; `undefined` after an error has been reported. */
export function compileRegexMatcher(
  config: EnvoyTypeMatcherRegexMatcher,
  path: ConfigPath,
  diagnostics: DiagnosticSink,
): Regex | undefined {
  const compiled = compileRegex(config.regex ?? "");
  if (compiled.ok) return compiled.value;
  diagnostics.error(path.field("regex"), "config.regex", `expected a regular expression of RE2, got ${compiled.error}`);
  return undefined;
}

/**
 * Compiles an `envoy.type.matcher.v3.RegexMatchAndSubstitute` into a function that replaces every match in a byte string;
 * `undefined` after an error has been reported. A substitution that Envoy accepts but cannot carry out is warned of.
 */
export function compileRegexRewrite(
  config: RegexMatchAndSubstitute,
  path: ConfigPath,
  diagnostics: DiagnosticSink,
): ((text: string) => string) | undefined {
  const regex = compileRegexMatcher(config.pattern ?? {}, path.field("pattern"), diagnostics);
  if (regex === undefined) return undefined;
  const substitution = parseSubstitution(toByteString(config.substitution ?? ""));
  const warn = (message: string): void =>
    diagnostics.warning(path.field("substitution"), "config.substitution", message);
  if (substitution.badEscapeAt !== undefined) warn("what follows a \\ that is no \\0 to \\9 or \\\\ is left out");
  if (substitution.maxGroup > regex.groupCount) {
    warn(`nothing is rewritten: \\${substitution.maxGroup} is named, the pattern has ${regex.groupCount} groups`);
  }
  return (text) => regex.replaceAll(text, substitution);
}
