import { ok, type Result } from "../base/result.ts";
import type { ConfigPath } from "../diagnostics/config-path.ts";
import type { DiagnosticSink } from "../diagnostics/diagnostic.ts";
import { toByteString } from "../matching/byte-string.ts";
import { ADDRESS_OPERATORS } from "./address-operators.ts";
import type { FormatContext, FormatOperator, FormatValue } from "./format-context.ts";
import { HEADER_OPERATORS } from "./header-operators.ts";
import { METADATA_OPERATORS } from "./metadata-operators.ts";
import { type FormatError, misused, notImplemented, type OperatorSpec } from "./operator-spec.ts";
import { type FormatCommand, type FormatPart, parseFormat } from "./parse-format.ts";
import { STREAM_OPERATORS } from "./stream-operators.ts";
import { TIME_OPERATORS } from "./time-operators.ts";
import { UNIMPLEMENTED_OPERATORS } from "./unimplemented-operators.ts";

/** A compiled substitution format string. Gives a byte string. */
export type Format = (context: FormatContext) => string;

/** What a missing value prints: `-` in texts such as log lines, nothing in header values. */
export type MissingValue = "-" | "";

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
  const compiled = formatOf(text, missing);
  if (compiled.ok) return compiled.value;
  diagnostics.error(path, compiled.error.code, compiled.error.message);
  return undefined;
}

function formatOf(text: string, missing: MissingValue): Result<Format, FormatError> {
  const parts = parseFormat(toByteString(text));
  if (!parts.ok) return misused(parts.error);
  const formats: Format[] = [];
  for (const part of parts.value) {
    const format = partOf(part, missing);
    if (!format.ok) return format;
    formats.push(format.value);
  }
  return ok(concatenation(formats));
}

function concatenation(formats: readonly Format[]): Format {
  const [only, ...others] = formats;
  if (only === undefined) return () => "";
  if (others.length === 0) return only;
  return (context) => {
    let text = "";
    for (const format of formats) text += format(context);
    return text;
  };
}

function partOf(part: FormatPart, missing: MissingValue): Result<Format, FormatError> {
  if (part.kind === "literal") return ok(() => part.text);
  const operator = operatorOf(part);
  if (!operator.ok) return operator;
  const read = operator.value;
  return ok((context) => rendered(read(context), missing));
}

function rendered(value: FormatValue, missing: MissingValue): string {
  if (value === undefined) return missing;
  return typeof value === "string" ? value : String(value);
}

/** Every operator that works, by name. */
const OPERATORS: ReadonlyMap<string, OperatorSpec> = new Map(
  [STREAM_OPERATORS, HEADER_OPERATORS, ADDRESS_OPERATORS, TIME_OPERATORS, METADATA_OPERATORS].flatMap(Object.entries),
);

function operatorOf(command: FormatCommand): Result<FormatOperator, FormatError> {
  const { name, argument = "", maxLength } = command;
  const spec = OPERATORS.get(name);
  if (spec === undefined) return unknownOperator(name);
  const misuse = misuseOf(spec, command);
  if (misuse !== undefined) return misused(misuse);
  const compiled = spec.compile(argument);
  if (!compiled.ok) return compiled;
  return ok(maxLength === undefined ? compiled.value : truncated(compiled.value, maxLength));
}

function unknownOperator(name: string): Result<never, FormatError> {
  if (UNIMPLEMENTED_OPERATORS.has(name)) return notImplemented(`%${name}% is known to Envoy and not implemented`);
  return misused(`Not supported field in StreamInfo: ${name}`);
}

/** In Envoy's words. */
function misuseOf(spec: OperatorSpec, { name, argument, maxLength }: FormatCommand): string | undefined {
  if (spec.argument === "none" && (argument !== undefined || maxLength !== undefined)) {
    return `${name} does not take any parameters or length`;
  }
  if (spec.argument === "required" && (argument ?? "") === "") return `${name} requires parameters`;
  return !spec.length && maxLength !== undefined ? `${name} does not allow length to be specified.` : undefined;
}

function truncated(operator: FormatOperator, maxLength: number): FormatOperator {
  return (context) => {
    const value = operator(context);
    return value === undefined ? undefined : String(value).slice(0, maxLength);
  };
}
