import type { PositionIndex } from "../diagnostics/collector.ts";
import type { ConfigPath } from "../diagnostics/config-path.ts";
import type { DiagnosticSink } from "../diagnostics/diagnostic.ts";
import type { Target } from "../host/capabilities.ts";

/** What lints are given. They only warn: no lint keeps a configuration from being used. */
export interface LintContext {
  readonly diagnostics: DiagnosticSink;
  readonly target: Target;
  /** To say where else something stands. */
  readonly positions: PositionIndex | undefined;
}

/** How a message names a route: by its name, if it has one, and where it stands. */
export function routeLabel(name: string, path: ConfigPath, positions: PositionIndex | undefined): string {
  const position = positions?.find(path);
  const where = position === undefined ? path.render() : `${position.file}:${position.line}`;
  return name === "" ? `the route at ${where}` : `"${name}" at ${where}`;
}
