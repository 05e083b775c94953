import { err, ok, type Result } from "../base/result.ts";
import type { FormatOperator } from "./format-context.ts";

/** Why a format is refused. */
export interface FormatError {
  readonly code: "config.format_string" | "config.unsupported";
  /** Envoy's words where Envoy refuses it, too. */
  readonly message: string;
}

export type CompiledOperator = Result<FormatOperator, FormatError>;

/** How one operator is written and what it becomes. */
export interface OperatorSpec {
  /** Whether something stands in parentheses behind the name. */
  readonly argument: "none" | "optional" | "required";
  /** Whether `:LENGTH` may follow. */
  readonly length: boolean;
  /** `argument` is empty where there is none. */
  compile(argument: string): CompiledOperator;
}

/** Operators by name. */
export type OperatorTable = Readonly<Record<string, OperatorSpec>>;

/** An operator that is a name and nothing else. */
export function plain(read: FormatOperator): OperatorSpec {
  return { argument: "none", length: false, compile: () => ok(read) };
}

/** For what Envoy refuses. */
export function misused(message: string): Result<never, FormatError> {
  return err({ code: "config.format_string", message });
}

/** For what Envoy knows and this program does not. */
export function notImplemented(message: string): Result<never, FormatError> {
  return err({ code: "config.unsupported", message });
}
