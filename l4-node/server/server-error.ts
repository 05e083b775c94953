import type { Diagnostic } from "../../shared/diagnostics/diagnostic.ts";

/** What kept a server from starting. */
export type ServerErrorCode = "config" | "bind" | "thread";

/** Thrown by `startServer`, and by nothing later. */
export class ServerError extends Error {
  override readonly name = "ServerError";
  readonly code: ServerErrorCode;
  /** What is wrong with the configuration; empty for other codes. */
  readonly diagnostics: readonly Diagnostic[];

  constructor(code: ServerErrorCode, message: string, diagnostics: readonly Diagnostic[] = []) {
    super(message);
    this.code = code;
    this.diagnostics = diagnostics;
  }
}
