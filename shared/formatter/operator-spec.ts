import type { Result } from "../base/result.ts";
import type { FormatOperator } from "./format-context.ts";

/** How one operator is written and what it becomes. */
export interface OperatorSpec {
  /** Whether something stands in parentheses behind the name. */
  readonly argument: "none" | "optional" | "required";
  /** Whether `:LENGTH` may follow. */
  readonly length: boolean;
  /** `argument` is empty where there is none. The error is Envoy's where Envoy has one. */
  compile(argument: string): Result<FormatOperator, string>;
}

/** Operators by name. */
export type OperatorTable = Readonly<Record<string, OperatorSpec>>;
