import type { ConfigPath } from "../diagnostics/config-path.ts";
import type { DiagnosticSink } from "../diagnostics/diagnostic.ts";
import { compileFormat, type Format } from "../formatter/compile-format.ts";
import { compileJsonFormat } from "../formatter/compile-json-format.ts";
import { compileSubstitution } from "../formatter/compile-substitution.ts";
import type { LogTarget } from "../host/log-sink.ts";
import type {
  AccessLog as AccessLogConfig,
  AnyMessage,
  FileAccessLog,
  StdoutAccessLog,
  SubstitutionFormatString,
} from "../schema/envoy-types.ts";
import { compileLogFilter } from "./compile-log-filter.ts";
import type { LogFilter } from "./log-entry.ts";

/** One access log, compiled: what it lets through, how a line looks, and where it goes. Immutable. */
export interface CompiledAccessLog {
  readonly filter: LogFilter | undefined;
  readonly format: Format;
  readonly target: LogTarget;
}

/** Source: Envoy `Formatter::HttpSubstitutionFormatUtils`. */
const DEFAULT_FORMAT =
  '[%START_TIME%] "%REQUEST_HEADER(:METHOD)% %REQUEST_HEADER(X-ENVOY-ORIGINAL-PATH?:PATH)% %PROTOCOL%" ' +
  "%RESPONSE_CODE% %RESPONSE_FLAGS% %BYTES_RECEIVED% %BYTES_SENT% %DURATION% " +
  '%RESPONSE_HEADER(X-ENVOY-UPSTREAM-SERVICE-TIME)% "%REQUEST_HEADER(X-FORWARDED-FOR)%" ' +
  '"%REQUEST_HEADER(USER-AGENT)%" "%REQUEST_HEADER(X-REQUEST-ID)%" "%REQUEST_HEADER(:AUTHORITY)%" "%UPSTREAM_HOST%"\n';

const EXTENSION = "type.googleapis.com/envoy.extensions.access_loggers.";

/** Compiles a list of `envoy.config.accesslog.v3.AccessLog`; those with problems are reported and left out. */
export function compileAccessLogs(
  configs: readonly AccessLogConfig[],
  path: ConfigPath,
  diagnostics: DiagnosticSink,
): readonly CompiledAccessLog[] {
  return configs
    .map((config, at) => compileAccessLog(config, path.index(at), diagnostics))
    .filter((log) => log !== undefined);
}

function compileAccessLog(
  { name = "", filter: filterConfig, typedConfig }: AccessLogConfig,
  path: ConfigPath,
  diagnostics: DiagnosticSink,
): CompiledAccessLog | undefined {
  if (typedConfig === undefined) {
    diagnostics.error(path, "config.required", `expected typed_config for the access log "${name}", got none`);
    return undefined;
  }
  const filter = filterConfig && compileLogFilter(filterConfig, path.field("filter"), diagnostics);
  const logger = compileLogger(typedConfig, path.field("typedConfig"), diagnostics);
  if (logger === undefined || (filterConfig !== undefined && filter === undefined)) return undefined;
  return { filter, ...logger };
}

type Logger = Omit<CompiledAccessLog, "filter">;

/** The loader has checked each message against the schema of its type. */
function compileLogger(config: AnyMessage, path: ConfigPath, diagnostics: DiagnosticSink): Logger | undefined {
  switch (config["@type"]) {
    case `${EXTENSION}file.v3.FileAccessLog`:
      return compileFile(config as FileAccessLog, path, diagnostics);
    case `${EXTENSION}stream.v3.StdoutAccessLog`:
      return compileConsole("stdout", config as StdoutAccessLog, { path, diagnostics });
    case `${EXTENSION}stream.v3.StderrAccessLog`:
      return compileConsole("stderr", config as StdoutAccessLog, { path, diagnostics });
    default:
      diagnostics.error(path, "config.unknown_extension", `no implementation of the access log ${config["@type"]}`);
      return undefined;
  }
}

function compileConsole(
  stream: "stdout" | "stderr",
  { logFormat }: StdoutAccessLog,
  { path, diagnostics }: { readonly path: ConfigPath; readonly diagnostics: DiagnosticSink },
): Logger | undefined {
  const format = compileLogFormat(logFormat, path, diagnostics);
  return format && { format, target: { kind: "console", stream } };
}

function compileFile(config: FileAccessLog, path: ConfigPath, diagnostics: DiagnosticSink): Logger | undefined {
  const format = compileFileFormat(config, path, diagnostics);
  return format && { format, target: targetOf(config.path ?? "") };
}

/** The usual way to say that a log goes to the console. */
function targetOf(path: string): LogTarget {
  if (path === "/dev/stdout") return { kind: "console", stream: "stdout" };
  return path === "/dev/stderr" ? { kind: "console", stream: "stderr" } : { kind: "file", path };
}

/** The deprecated forms say the same as `log_format`. `json_format` once made a string of everything; Envoy does so no more. */
function compileFileFormat(config: FileAccessLog, path: ConfigPath, diagnostics: DiagnosticSink): Format | undefined {
  const { format, jsonFormat, typedJsonFormat, logFormat } = config;
  if (format !== undefined && format !== "") return compileFormat(format, path.field("format"), diagnostics);
  if (jsonFormat !== undefined) return compileJsonFormat(jsonFormat, path.field("jsonFormat"), diagnostics, "-");
  if (typedJsonFormat !== undefined) {
    return compileJsonFormat(typedJsonFormat, path.field("typedJsonFormat"), diagnostics, "-");
  }
  return compileLogFormat(logFormat, path, diagnostics);
}

function compileLogFormat(
  config: SubstitutionFormatString | undefined,
  path: ConfigPath,
  diagnostics: DiagnosticSink,
): Format | undefined {
  const at = path.field("logFormat");
  if (config === undefined) return compileFormat(DEFAULT_FORMAT, at, diagnostics);
  return compileSubstitution(config, at, diagnostics)?.format;
}
