import type { Result } from "../../shared/base/result.ts";

/** The value of a result that a test needs to go on. */
export function valueOf<T>(result: Result<T, unknown>): T {
  if (result.ok) return result.value;
  throw new Error(`expected a value, got the error ${JSON.stringify(result.error)}`);
}
