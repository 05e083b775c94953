import type { ConfigPath } from "../diagnostics/config-path.ts";
import type { DiagnosticSink } from "../diagnostics/diagnostic.ts";

/** Passes diagnostics on and remembers whether anything was refused, so that a table with errors is never handed out. */
export class RouteDiagnostics implements DiagnosticSink {
  readonly #sink: DiagnosticSink;
  #isRefused = false;

  constructor(sink: DiagnosticSink) {
    this.#sink = sink;
  }

  get isRefused(): boolean {
    return this.#isRefused;
  }

  error(path: ConfigPath, code: string, message: string, hint?: string): void {
    this.#isRefused = true;
    this.#sink.error(path, code, message, hint);
  }

  warning(path: ConfigPath, code: string, message: string, hint?: string): void {
    this.#sink.warning(path, code, message, hint);
  }

  /** For what another part has refused and reported by itself. */
  refuse(): void {
    this.#isRefused = true;
  }
}
