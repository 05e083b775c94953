import type { Diagnostic } from "./diagnostic.ts";
import { renderDiagnostic } from "./render.ts";

/**
 * All diagnostics as a person reads them: in the order of the file, what is said twice about one place said once, errors marked
 * as warnings are, and a line that counts them where there are errors. What has no place comes first.
 */
export function reportLines(diagnostics: readonly Diagnostic[]): readonly string[] {
  const said = withoutEchoes(diagnostics).toSorted(byPlace);
  const lines = said.map((diagnostic) => markedLine(diagnostic));
  const errors = said.filter(({ severity }) => severity === "error").length;
  return errors === 0 ? lines : [...lines, `${count(errors, "error")}, ${count(said.length - errors, "warning")}`];
}

function markedLine(diagnostic: Diagnostic): string {
  const line = renderDiagnostic(diagnostic);
  if (diagnostic.severity === "warning") return line;
  const { position } = diagnostic;
  const where = position === undefined ? "" : `${position.file}:${position.line}:${position.column} `;
  return `${where}error: ${line.slice(where.length)}`;
}

/** A field that is not supported is refused by its table; that it cannot be compiled either is no news. */
function withoutEchoes(diagnostics: readonly Diagnostic[]): readonly Diagnostic[] {
  const refused = new Set(
    diagnostics.filter(({ code }) => code === "support.unsupported").map(({ path }) => path.pointer()),
  );
  const seen = new Set<string>();
  return diagnostics.filter((diagnostic) => {
    if (diagnostic.code === "config.unsupported" && refused.has(diagnostic.path.pointer())) return false;
    const line = renderDiagnostic(diagnostic);
    const isNew = !seen.has(line);
    seen.add(line);
    return isNew;
  });
}

function byPlace(a: Diagnostic, b: Diagnostic): number {
  const [one, other] = [a.position, b.position];
  if (one === undefined || other === undefined) return Number(one !== undefined) - Number(other !== undefined);
  return one.file.localeCompare(other.file) || one.line - other.line || one.column - other.column;
}

function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? "" : "s"}`;
}
