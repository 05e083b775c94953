import type { Diagnostic } from "../../shared/diagnostics/diagnostic.ts";
import { renderDiagnostic } from "../../shared/diagnostics/render.ts";

/** One diagnostic after the other on stderr, as `validate` and every command that reads a configuration prints them. */
export function printDiagnostics(diagnostics: readonly Diagnostic[]): void {
  for (const diagnostic of diagnostics) console.error(renderDiagnostic(diagnostic));
}
