import type { ConfigPath } from "./config-path.ts";

/** A place in a configuration file; line and column count from 1. */
export interface SourcePosition {
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

export type Severity = "error" | "warning";

/**
 * One thing to say about a configuration. Diagnostics are values: they are collected, never thrown, and all problems of a
 * file are reported in one run. An error refuses the configuration, a warning does not.
 */
export interface Diagnostic {
  readonly severity: Severity;
  /** Stable and documented in docs/diagnostics.md, e.g. `config.duration`. */
  readonly code: string;
  readonly path: ConfigPath;
  /** Absent where the configuration came without text, e.g. from a binary bootstrap. */
  readonly position?: SourcePosition | undefined;
  /** Lower case, no final stop: `expected a duration such as "0.25s", got "250"`. */
  readonly message: string;
  /** What would help, e.g. `did you mean connect_timeout?`. */
  readonly hint?: string | undefined;
}

/** Where a configuration pass puts what it finds. */
export interface DiagnosticSink {
  error(path: ConfigPath, code: string, message: string, hint?: string): void;
  warning(path: ConfigPath, code: string, message: string, hint?: string): void;
}
