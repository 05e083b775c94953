import { compileTimeFormat } from "./time-format.ts";
import { ok } from "../base/result.ts";
import type { FormatContext } from "./format-context.ts";
import { type CompiledOperator, notImplemented, type OperatorSpec, type OperatorTable } from "./operator-spec.ts";

/** ISO 8601 with milliseconds. */
const UTC_FORMAT = "%Y-%m-%dT%H:%M:%E3SZ";
const LOCAL_FORMAT = "%Y-%m-%dT%H:%M:%E3S%z";

type TimeOf = (context: FormatContext) => number | undefined;

const startTime: TimeOf = ({ streamInfo }) => streamInfo.startWallMs;
const emitTime: TimeOf = ({ streamInfo }) => streamInfo.wallMs;

/** Operators that print points of time. The local time of the proxy is UTC, as it always is at the edge. */
export const TIME_OPERATORS: OperatorTable = {
  START_TIME: timeOperator(startTime, UTC_FORMAT),
  START_TIME_LOCAL: timeOperator(startTime, LOCAL_FORMAT),
  EMIT_TIME: timeOperator(emitTime, UTC_FORMAT),
  EMIT_TIME_LOCAL: timeOperator(emitTime, LOCAL_FORMAT),
};

/** An operator whose argument is a time format. */
export function timeOperator(timeOf: TimeOf, defaultFormat: string): OperatorSpec {
  return {
    argument: "optional",
    length: false,
    compile: (argument) => compileTime(timeOf, argument === "" ? defaultFormat : argument),
  };
}

function compileTime(timeOf: TimeOf, format: string): CompiledOperator {
  const render = compileTimeFormat(format);
  if (!render.ok) return notImplemented(render.error);
  return ok((context) => {
    const wallMs = timeOf(context);
    return wallMs === undefined ? undefined : render.value(wallMs);
  });
}
