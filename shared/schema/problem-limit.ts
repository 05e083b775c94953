import { ConfigPath } from "../diagnostics/config-path.ts";
import type { DiagnosticSink } from "../diagnostics/diagnostic.ts";

/** Passes on the first problems and counts the others: nobody reads thousands, and each costs a search for its place. */
export class ProblemLimit implements DiagnosticSink {
  readonly #sink: DiagnosticSink;
  readonly #most: number;
  #errors = 0;
  #warnings = 0;

  constructor(sink: DiagnosticSink, most: number) {
    this.#sink = sink;
    this.#most = most;
  }

  error(path: ConfigPath, code: string, message: string, hint?: string): void {
    this.#errors += 1;
    if (this.#errors <= this.#most) this.#sink.error(path, code, message, hint);
  }

  warning(path: ConfigPath, code: string, message: string, hint?: string): void {
    this.#warnings += 1;
    if (this.#warnings <= this.#most) this.#sink.warning(path, code, message, hint);
  }

  /** Says how many were not passed on, if any. */
  finish(): void {
    const errors = this.#errors - this.#most;
    const warnings = this.#warnings - this.#most;
    if (errors > 0) this.#sink.error(ConfigPath.root, "config.limit", `${errors} more errors, not shown`);
    if (warnings > 0) this.#sink.warning(ConfigPath.root, "config.limit", `${warnings} more warnings, not shown`);
  }
}
