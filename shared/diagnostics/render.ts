import type { Diagnostic } from "./diagnostic.ts";

/** `file:line:col path: message [code]`, with the hint on a line of its own; what the command line prints and tests compare. */
export function renderDiagnostic(diagnostic: Diagnostic): string {
  const { position, severity, code, message, hint } = diagnostic;
  const where = position === undefined ? "" : `${position.file}:${position.line}:${position.column} `;
  const path = diagnostic.path.render();
  const said = path === "" ? message : `${path}: ${message}`;
  const marked = severity === "warning" ? `warning: ${said}` : said;
  return `${where}${marked} [${code}]${hint === undefined ? "" : `\n    ${hint}`}`;
}
