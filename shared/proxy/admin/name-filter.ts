import { ok, type Result } from "../../base/result.ts";

/**
 * Compiles a regular expression with RE2's syntax and cost; it may match anywhere in the name. The error is the reason, such as
 * `missing ): (`.
 */
export type CompileFilter = (pattern: string) => Result<(name: string) => boolean, string>;

/** The filter of a query: everything passes without one. */
export function nameFilter(
  pattern: string | undefined,
  compile: CompileFilter,
): Result<(name: string) => boolean, string> {
  return pattern === undefined || pattern === "" ? ok(() => true) : compile(pattern);
}
