import type { Diagnostic } from "../../shared/diagnostics/diagnostic.ts";
import { reportLines } from "../../shared/diagnostics/report.ts";

/** All diagnostics on stderr, as `validate` and every command that reads a configuration prints them. */
export function printDiagnostics(diagnostics: readonly Diagnostic[]): void {
  for (const line of reportLines(diagnostics)) console.error(line);
}
