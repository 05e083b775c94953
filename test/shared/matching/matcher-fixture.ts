import { DiagnosticCollector } from "../../../shared/diagnostics/collector.ts";
import { ConfigPath } from "../../../shared/diagnostics/config-path.ts";
import type { DiagnosticSink } from "../../../shared/diagnostics/diagnostic.ts";

type Compile<C, T> = (config: C, path: ConfigPath, diagnostics: DiagnosticSink) => T | undefined;

/** Compiles what must compile without a word. */
export function compileCleanly<C, T>(compile: Compile<C, T>, config: C): T {
  const diagnostics = new DiagnosticCollector();
  const compiled = compile(config, ConfigPath.root.field("match"), diagnostics);
  if (compiled === undefined || diagnostics.diagnostics.length > 0) {
    throw new Error(diagnostics.diagnostics.map((found) => found.message).join("; "));
  }
  return compiled;
}

/** What is reported of a config, as `severity path: message [code]`. */
export function reportsOf<C, T>(compile: Compile<C, T>, config: C): string[] {
  const diagnostics = new DiagnosticCollector();
  compile(config, ConfigPath.root.field("match"), diagnostics);
  return diagnostics.diagnostics.map(
    ({ severity, path, message, code }) => `${severity} ${path.render()}: ${message} [${code}]`,
  );
}
