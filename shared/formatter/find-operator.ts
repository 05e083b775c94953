import { ok, type Result } from "../base/result.ts";
import { ADDRESS_OPERATORS } from "./address-operators.ts";
import { coalesceOperator } from "./coalesce-operator.ts";
import { DURATION_OPERATORS } from "./duration-operators.ts";
import { type FormatOperator, JsonText } from "./format-context.ts";
import { GRPC_OPERATORS } from "./grpc-operators.ts";
import { HEADER_OPERATORS } from "./header-operators.ts";
import { METADATA_OPERATORS } from "./metadata-operators.ts";
import { type FormatError, misused, notImplemented, type OperatorSpec } from "./operator-spec.ts";
import type { FormatCommand } from "./parse-format.ts";
import { PATH_OPERATORS } from "./path-operators.ts";
import { STREAM_OPERATORS } from "./stream-operators.ts";
import { TIME_OPERATORS } from "./time-operators.ts";
import { TLS_OPERATORS } from "./tls-operators.ts";
import { UNIMPLEMENTED_OPERATORS } from "./unimplemented-operators.ts";
import { UPSTREAM_OPERATORS } from "./upstream-operators.ts";

/** Every operator that works, by name. */
const OPERATORS: ReadonlyMap<string, OperatorSpec> = new Map([
  ...[
    STREAM_OPERATORS,
    DURATION_OPERATORS,
    TIME_OPERATORS,
    HEADER_OPERATORS,
    PATH_OPERATORS,
    GRPC_OPERATORS,
    UPSTREAM_OPERATORS,
    ADDRESS_OPERATORS,
    TLS_OPERATORS,
    METADATA_OPERATORS,
  ].flatMap((table) => Object.entries(table)),
  ["COALESCE", coalesceOperator(findOperator)],
]);

/** The operator that a command names; the error says why there is none. */
export function findOperator(command: FormatCommand): Result<FormatOperator, FormatError> {
  const { name, argument = "", maxLength } = command;
  const spec = OPERATORS.get(name);
  if (spec === undefined) return unknownOperator(name);
  const misuse = misuseOf(spec, command);
  if (misuse !== undefined) return misused(misuse);
  const compiled = spec.compile(argument);
  if (!compiled.ok) return compiled;
  return ok(maxLength === undefined ? compiled.value : truncated(compiled.value, maxLength));
}

function unknownOperator(name: string): Result<never, FormatError> {
  const reason = UNIMPLEMENTED_OPERATORS.get(name);
  if (reason !== undefined) return notImplemented(`%${name}% is known to Envoy and not implemented: ${reason}`);
  return misused(`Not supported field in StreamInfo: ${name}`);
}

/** In Envoy's words. */
function misuseOf(spec: OperatorSpec, { name, argument, maxLength }: FormatCommand): string | undefined {
  if (spec.argument === "none" && (argument !== undefined || maxLength !== undefined)) {
    return `${name} does not take any parameters or length`;
  }
  if (spec.argument === "required" && (argument ?? "") === "") return `${name} requires parameters`;
  return !spec.length && maxLength !== undefined ? `${name} does not allow length to be specified.` : undefined;
}

function truncated(operator: FormatOperator, maxLength: number): FormatOperator {
  return (context) => {
    const value = operator(context);
    if (value === undefined) return undefined;
    if (value instanceof JsonText) return new JsonText(value.json, value.printed.slice(0, maxLength));
    return String(value).slice(0, maxLength);
  };
}
