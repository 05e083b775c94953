import type { ConfigPath } from "../diagnostics/config-path.ts";
import type { DiagnosticSink } from "../diagnostics/diagnostic.ts";
import type { DoubleMatcher, ValueMatcher } from "../schema/envoy-types.ts";
import { toByteString } from "./byte-string.ts";
import { compileStringMatcher } from "./string-matcher.ts";

/** Says whether a value of metadata matches: anything that JSON has, `undefined` where there is none. */
export type ValuePredicate = (value: unknown) => boolean;

/**
 * Compiles an `envoy.type.matcher.v3.ValueMatcher`; `undefined` after an error has been reported. A value of another type than
 * the matcher is for does not match. `present_match: false` never holds, not even where nothing is there. Source: Envoy 1.39, observed.
 */
export function compileValueMatcher(
  config: ValueMatcher,
  path: ConfigPath,
  diagnostics: DiagnosticSink,
): ValuePredicate | undefined {
  const { nullMatch, doubleMatch, stringMatch, boolMatch, presentMatch } = config;
  if (nullMatch !== undefined) return (value) => value === null;
  if (doubleMatch !== undefined) return numberTest(doubleMatch);
  if (boolMatch !== undefined) return (value) => value === boolMatch;
  if (presentMatch !== undefined) return presentMatch ? (value) => value !== undefined : () => false;
  if (stringMatch === undefined) return compileCompound(config, path, diagnostics);
  const matches = compileStringMatcher(stringMatch, path.field("stringMatch"), diagnostics);
  return matches && ((value) => typeof value === "string" && matches(toByteString(value)));
}

function compileCompound(
  { listMatch, orMatch }: ValueMatcher,
  path: ConfigPath,
  diagnostics: DiagnosticSink,
): ValuePredicate | undefined {
  if (listMatch !== undefined) {
    const matches = compileValueMatcher(listMatch.oneOf ?? {}, path.field("listMatch").field("oneOf"), diagnostics);
    return matches && ((value) => Array.isArray(value) && value.some((element: unknown) => matches(element)));
  }
  if (orMatch === undefined) {
    diagnostics.error(path, "config.oneof", "expected one of the matches that a value matcher has, got none");
    return undefined;
  }
  const orPath = path.field("orMatch").field("valueMatchers");
  const choices = (orMatch.valueMatchers ?? [])
    .map((choice, at) => compileValueMatcher(choice, orPath.index(at), diagnostics))
    .filter((choice) => choice !== undefined);
  return (value) => choices.some((matches) => matches(value));
}

/** `start <= value < end`, or one number. */
function numberTest({ range, exact }: DoubleMatcher): ValuePredicate {
  if (range === undefined) return (value) => value === (exact ?? 0);
  const { start = 0, end = 0 } = range;
  return (value) => typeof value === "number" && value >= start && value < end;
}
