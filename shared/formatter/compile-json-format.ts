import { err, ok, type Result } from "../base/result.ts";
import type { ConfigPath } from "../diagnostics/config-path.ts";
import type { DiagnosticSink } from "../diagnostics/diagnostic.ts";
import { concatenation, type Format, type FormatSegment, type MissingValue, segmentsOf } from "./compile-format.ts";
import { type FormatOperator, JsonText } from "./format-context.ts";
import { quoteJson, renderJson, sortedEntries } from "./json-value.ts";
import type { FormatError } from "./operator-spec.ts";

/** A JSON object whose texts are formats. */
export type JsonFormatConfig = Readonly<Record<string, unknown>>;

interface Misfit extends FormatError {
  readonly path: ConfigPath;
}

/**
 * Compiles a `json_format`; nothing after reporting why. A text that is one operator keeps the type of its value, and is null
 * where that is missing; any other text becomes a string. Keys are sorted, and nothing is left out, as in Envoy 1.39: `missing`
 * is only for strings. Ends with a line end. Source: Envoy `Formatter::JsonFormatterImpl`, and observed.
 */
export function compileJsonFormat(
  config: JsonFormatConfig,
  path: ConfigPath,
  diagnostics: DiagnosticSink,
  missing: MissingValue,
): Format | undefined {
  const writer = new SegmentWriter();
  const misfit = writeValue(config, path, { writer, missing });
  if (misfit !== undefined) {
    diagnostics.error(misfit.path, misfit.code, misfit.message);
    return undefined;
  }
  writer.literal("\n");
  return concatenation(writer.segments, missing);
}

/** Collects segments; literals that follow one another become one. */
class SegmentWriter {
  readonly segments: FormatSegment[] = [];

  literal(text: string): void {
    const last = this.segments.at(-1);
    if (typeof last === "string") this.segments[this.segments.length - 1] = last + text;
    else this.segments.push(text);
  }

  operator(operator: FormatOperator): void {
    this.segments.push(operator);
  }
}

interface Output {
  readonly writer: SegmentWriter;
  readonly missing: MissingValue;
}

function writeValue(value: unknown, path: ConfigPath, output: Output): Misfit | undefined {
  if (typeof value === "string") return writeFormat(value, path, output);
  if (Array.isArray(value)) return writeList(value, path, output);
  if (typeof value === "object" && value !== null) return writeObject(value, path, output);
  output.writer.literal(renderJson(value));
  return undefined;
}

function writeObject(value: object, path: ConfigPath, output: Output): Misfit | undefined {
  let opening = "{";
  for (const [key, inner] of sortedEntries(value)) {
    output.writer.literal(`${opening}${renderJson(key)}:`);
    const misfit = writeValue(inner, path.key(key), output);
    if (misfit !== undefined) return misfit;
    opening = ",";
  }
  output.writer.literal(opening === "{" ? "{}" : "}");
  return undefined;
}

function writeList(values: readonly unknown[], path: ConfigPath, output: Output): Misfit | undefined {
  output.writer.literal("[");
  for (const [at, inner] of values.entries()) {
    if (at > 0) output.writer.literal(",");
    const misfit = writeValue(inner, path.index(at), output);
    if (misfit !== undefined) return misfit;
  }
  output.writer.literal("]");
  return undefined;
}

function writeFormat(text: string, path: ConfigPath, { writer, missing }: Output): Misfit | undefined {
  const piece = pieceOf(text, missing);
  if (!piece.ok) return { ...piece.error, path };
  if (typeof piece.value === "string") writer.literal(piece.value);
  else writer.operator(piece.value);
  return undefined;
}

function pieceOf(text: string, missing: MissingValue): Result<FormatSegment, FormatError> {
  const segments = segmentsOf(text);
  if (!segments.ok) return err(segments.error);
  const [only, ...others] = segments.value;
  if (only === undefined) return ok('""');
  if (others.length > 0) return ok(quoted(concatenation(segments.value, missing)));
  return ok(typeof only === "string" ? quoteJson(only) : typed(only));
}

const quoted =
  (format: Format): FormatOperator =>
  (context) =>
    quoteJson(format(context));

const typed =
  (operator: FormatOperator): FormatOperator =>
  (context) => {
    const value = operator(context);
    if (value === undefined) return "null";
    if (typeof value === "string") return quoteJson(value);
    return value instanceof JsonText ? value.json : String(value);
  };
