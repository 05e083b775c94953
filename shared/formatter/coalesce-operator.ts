import { ok, type Result } from "../base/result.ts";
import type { FormatOperator } from "./format-context.ts";
import { type CompiledOperator, type FormatError, misused, type OperatorSpec } from "./operator-spec.ts";
import type { FormatCommand } from "./parse-format.ts";

/** How an operator is found; `COALESCE` is one itself and asks for others. */
export type FindOperator = (command: FormatCommand) => CompiledOperator;

/**
 * `%COALESCE({"operators": ["NAME", {"command": "NAME", "param": "X", "max_length": 8}]})%`: the first operator that has a value.
 * Source: Envoy `Formatter::CoalesceFormatter`.
 */
export function coalesceOperator(find: FindOperator): OperatorSpec {
  return { argument: "required", length: true, compile: (argument) => compileCoalesce(argument, find) };
}

function compileCoalesce(argument: string, find: FindOperator): CompiledOperator {
  const commands = commandsOf(argument);
  if (!commands.ok) return commands;
  const operators: FormatOperator[] = [];
  for (const command of commands.value) {
    const operator = find(command);
    if (!operator.ok) return operator;
    operators.push(operator.value);
  }
  return ok((context) => {
    for (const operator of operators) {
      const value = operator(context);
      if (value !== undefined) return value;
    }
    return undefined;
  });
}

function commandsOf(argument: string): Result<readonly FormatCommand[], FormatError> {
  const operators = fieldOf(parsed(argument), "operators");
  if (!Array.isArray(operators) || operators.length === 0) {
    return misused("COALESCE requires at least one operator in 'operators'");
  }
  const commands: FormatCommand[] = [];
  for (const operator of operators) {
    const command = commandOf(operator);
    if (command === undefined) return misused(`COALESCE: expected an operator, got ${JSON.stringify(operator)}`);
    commands.push(command);
  }
  return ok(commands);
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function commandOf(operator: unknown): FormatCommand | undefined {
  if (typeof operator === "string")
    return { kind: "command", name: operator, argument: undefined, maxLength: undefined };
  const [name, argument, maxLength] = ["command", "param", "max_length"].map((key) => fieldOf(operator, key));
  if (typeof name !== "string" || !isOptional(argument, "string") || !isOptional(maxLength, "number")) return undefined;
  return { kind: "command", name, argument, maxLength };
}

function isOptional(value: unknown, type: "string"): value is string | undefined;
function isOptional(value: unknown, type: "number"): value is number | undefined;
function isOptional(value: unknown, type: string): boolean {
  return value === undefined || typeof value === type;
}

function fieldOf(value: unknown, key: string): unknown {
  if (typeof value !== "object" || value === null || !Object.hasOwn(value, key)) return undefined;
  return (value as Readonly<Record<string, unknown>>)[key]; // an object, as just checked
}
