import { ok, type Result } from "../base/result.ts";
import type { ConfigPath } from "../diagnostics/config-path.ts";
import type { DiagnosticSink } from "../diagnostics/diagnostic.ts";
import { toByteString } from "../matching/byte-string.ts";
import { findOperator } from "./find-operator.ts";
import { type FormatContext, type FormatOperator, type FormatValue, JsonText } from "./format-context.ts";
import { type FormatError, misused } from "./operator-spec.ts";
import { parseFormat } from "./parse-format.ts";

/** A compiled substitution format string. Gives a byte string. */
export type Format = (context: FormatContext) => string;

/** What a missing value prints: `-` in texts such as log lines, nothing in header values. */
export type MissingValue = "-" | "";

/** A literal text, or what prints a value. */
export type FormatSegment = string | FormatOperator;

/**
 * Compiles a substitution format string (`%REQ(X)% took %DURATION%`); nothing after reporting why. Source: Envoy
 * `Formatter::FormatterImpl`; `missing: ""` is its `omit_empty_values`.
 */
export function compileFormat(
  text: string,
  path: ConfigPath,
  diagnostics: DiagnosticSink,
  missing: MissingValue = "-",
): Format | undefined {
  const segments = segmentsOf(text);
  if (segments.ok) return concatenation(segments.value, missing);
  diagnostics.error(path, segments.error.code, segments.error.message);
  return undefined;
}

/** A format string in its parts; literals are byte strings. */
export function segmentsOf(text: string): Result<readonly FormatSegment[], FormatError> {
  const parts = parseFormat(toByteString(text));
  if (!parts.ok) return misused(parts.error);
  const segments: FormatSegment[] = [];
  for (const part of parts.value) {
    if (part.kind === "literal") {
      segments.push(part.text);
      continue;
    }
    const operator = findOperator(part);
    if (!operator.ok) return operator;
    segments.push(operator.value);
  }
  return ok(segments);
}

/** The segments printed one after the other. */
export function concatenation(segments: readonly FormatSegment[], missing: MissingValue): Format {
  const [only] = segments;
  if (segments.length === 1 && typeof only === "string") return () => only;
  return (context) => {
    let text = "";
    for (const segment of segments) {
      text += typeof segment === "string" ? segment : renderText(segment(context), missing);
    }
    return text;
  };
}

function renderText(value: FormatValue, missing: MissingValue): string {
  if (value === undefined) return missing;
  return value instanceof JsonText ? value.printed : String(value);
}
