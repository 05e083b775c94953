import { DiagnosticCollector, type PositionIndex } from "../diagnostics/collector.ts";
import { ConfigPath } from "../diagnostics/config-path.ts";
import type { Diagnostic } from "../diagnostics/diagnostic.ts";
import { err, ok, type Result } from "../base/result.ts";
import { checkRules } from "../schema/check-rules.ts";
import type { Bootstrap } from "../schema/envoy-types.ts";
import type { JsonObject } from "../schema/json-value.ts";
import { messageSchema, type MessageSchema } from "../schema/message-schema.ts";
import { parseBinary } from "../schema/parse-binary.ts";
import { parseJson } from "../schema/parse-json.ts";
import { parseYaml } from "../schema/parse-yaml.ts";
import { ProblemLimit } from "../schema/problem-limit.ts";
import { readMessage } from "../schema/read-message.ts";
import { findSecrets } from "../schema/secrets.ts";
import { SourcePositions } from "../schema/source-positions.ts";
import {
  type ConfigFormat,
  DEFAULT_LIMITS,
  type LoadLimits,
  type SourceProblem,
  type SourceTree,
} from "../schema/source-tree.ts";

export type { ConfigFormat, LoadLimits } from "../schema/source-tree.ts";
export { redact } from "../schema/secrets.ts";

/** Root message of a configuration file. */
export const BOOTSTRAP: string = "envoy.config.bootstrap.v3.Bootstrap";

export interface LoadOptions {
  /** Name of the source in messages; its suffix tells the format where that is not given. */
  readonly file: string;
  readonly format?: ConfigFormat;
  readonly limits?: Partial<LoadLimits>;
  /** Full name of the root message. Default: Envoy's bootstrap. */
  readonly message?: string;
  /** Reads a part that is to be merged with others: the validation rules are left to mergeConfig. Default false. */
  readonly partial?: boolean;
}

export interface LoadedConfig<T = Bootstrap> {
  /** Canonical Envoy JSON. With errors among the diagnostics it is what could be read. */
  readonly json: T;
  readonly positions: PositionIndex;
  /** JSON pointers of the sensitive values that are present. */
  readonly secretPaths: ReadonlySet<string>;
  /** Errors and warnings, in the order of the file. */
  readonly diagnostics: readonly Diagnostic[];
}

/**
 * Reads an Envoy configuration into canonical JSON and reports everything that is wrong with it in one run. Accepts what
 * Envoy accepts. Never throws: a source that cannot be parsed gives an empty configuration and one error.
 */
export function loadConfig<T = Bootstrap>(source: string | Uint8Array, options: LoadOptions): LoadedConfig<T> {
  const message = options.message ?? BOOTSTRAP;
  const schema = messageSchema(message);
  if (schema === undefined)
    return refused(options.file, "", { code: "config.unknown_type", message: `no message ${message}`, offset: -1 });
  const limits = { ...DEFAULT_LIMITS, ...options.limits };
  const parsed = parse(source, schema, { ...options, limits });
  if (!parsed.tree.ok) return refused(options.file, parsed.text, parsed.tree.error);
  const { file, partial = false } = options;
  return read(parsed.tree.value, schema, { file, text: parsed.text, partial, maxProblems: limits.maxProblems });
}

interface Parsed {
  /** Empty for a source that is not text. */
  readonly text: string;
  readonly tree: Result<SourceTree, SourceProblem>;
}

function parse(
  source: string | Uint8Array,
  schema: MessageSchema,
  options: LoadOptions & { readonly limits: LoadLimits },
): Parsed {
  const { file, limits } = options;
  const format = options.format ?? formatOf(file);
  if (format === undefined) return { text: "", tree: err(unreadable(file)) };
  if (source.length > limits.maxBytes) return { text: "", tree: err(tooLarge(source.length, limits)) };
  if (format === "binary") return { text: "", tree: parseBinary(toBytes(source), schema, limits) };
  const text = decode(source);
  if (!text.ok) return { text: "", tree: text };
  return { text: text.value, tree: format === "json" ? parseJson(text.value, limits) : parseYaml(text.value, limits) };
}

/** As Envoy, which takes every suffix it does not know for JSON. */
function formatOf(file: string): ConfigFormat | undefined {
  const suffix = /\.(\w+)$/.exec(file)?.[1]?.toLowerCase();
  if (suffix === "yaml" || suffix === "yml") return "yaml";
  if (suffix === "pb") return "binary";
  return suffix === "pb_text" ? undefined : "json";
}

function unreadable(file: string): SourceProblem {
  const message = `${file}: protobuf text format (.pb_text) is not supported: convert it to .yaml, .json or .pb`;
  return { code: "config.format", message, offset: -1 };
}

function tooLarge(size: number, { maxBytes }: LoadLimits): SourceProblem {
  return { code: "config.limit", message: `expected at most ${maxBytes} bytes, got ${size}`, offset: -1 };
}

function toBytes(source: string | Uint8Array): Uint8Array {
  return typeof source === "string" ? new TextEncoder().encode(source) : source;
}

/** Envoy, too, passes over a byte order mark. */
function decode(source: string | Uint8Array): Result<string, SourceProblem> {
  if (typeof source === "string") return ok(source.startsWith("\ufeff") ? source.slice(1) : source);
  try {
    return ok(new TextDecoder("utf-8", { fatal: true }).decode(source));
  } catch {
    return err({ code: "config.encoding", message: "expected UTF-8 text, got other bytes", offset: -1 });
  }
}

interface ReadOptions {
  readonly file: string;
  readonly text: string;
  readonly partial: boolean;
  readonly maxProblems: number;
}

function read<T>(
  tree: SourceTree,
  schema: MessageSchema,
  { file, text, partial, maxProblems }: ReadOptions,
): LoadedConfig<T> {
  const positions = new SourcePositions(file, text, tree.root);
  const collector = new DiagnosticCollector(positions);
  const sink = new ProblemLimit(collector, maxProblems);
  const json = readMessage(tree, schema, sink);
  if (!partial) checkRules(json, schema.fullName, sink, errorPointers(collector.diagnostics));
  const shown = collector.diagnostics.toSorted(byPosition);
  sink.finish();
  const diagnostics = [...shown, ...collector.diagnostics.slice(shown.length)];
  return { json: asTyped<T>(json), positions, secretPaths: findSecrets(json, schema.fullName), diagnostics };
}

/** The reader has compared every field with the table from which the type was generated. */
function asTyped<T>(json: JsonObject): T {
  return json as unknown as T;
}

/** Where errors have been reported already. */
export function errorPointers(diagnostics: readonly Diagnostic[]): ReadonlySet<string> {
  const errors = diagnostics.filter((diagnostic) => diagnostic.severity === "error");
  return new Set(errors.map((diagnostic) => diagnostic.path.pointer()));
}

function byPosition(a: Diagnostic, b: Diagnostic): number {
  const { line = 0, column = 0 } = a.position ?? {};
  return line - (b.position?.line ?? 0) || column - (b.position?.column ?? 0);
}

function refused<T>(file: string, text: string, problem: SourceProblem): LoadedConfig<T> {
  const positions = new SourcePositions(file, text, { kind: "null", offset: 0 });
  const diagnostic: Diagnostic = {
    severity: "error",
    code: problem.code,
    path: ConfigPath.root,
    position: positions.positionOf(problem.offset) ?? { file, line: 1, column: 1 },
    message: problem.message,
  };
  return { json: asTyped<T>({}), positions, secretPaths: new Set(), diagnostics: [diagnostic] };
}
