import type { ConfigPath } from "./config-path.ts";
import type { Diagnostic, DiagnosticSink, Severity, SourcePosition } from "./diagnostic.ts";

/** Finds where a path stands in the source text; the nearest known ancestor where the path itself has no place of its own. */
export interface PositionIndex {
  find(path: ConfigPath): SourcePosition | undefined;
}

/** A {@link DiagnosticSink} that keeps everything, with its position. */
export class DiagnosticCollector implements DiagnosticSink {
  readonly diagnostics: Diagnostic[] = [];
  readonly #positions: PositionIndex | undefined;

  constructor(positions?: PositionIndex) {
    this.#positions = positions;
  }

  get hasErrors(): boolean {
    return hasErrors(this.diagnostics);
  }

  error(path: ConfigPath, code: string, message: string, hint?: string): void {
    this.#add("error", path, { code, message, hint });
  }

  warning(path: ConfigPath, code: string, message: string, hint?: string): void {
    this.#add("warning", path, { code, message, hint });
  }

  #add(severity: Severity, path: ConfigPath, said: Pick<Diagnostic, "code" | "message" | "hint">): void {
    this.diagnostics.push({ severity, path, position: this.#positions?.find(path), ...said });
  }
}

/** Whether something was found that keeps a configuration from being used. */
export function hasErrors(diagnostics: readonly Diagnostic[]): boolean {
  return diagnostics.some(({ severity }) => severity === "error");
}
