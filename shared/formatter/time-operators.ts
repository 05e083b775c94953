import { compileTimeFormat } from "./time-format.ts";
import { ok } from "../base/result.ts";
import { type CompiledOperator, notImplemented, type OperatorTable } from "./operator-spec.ts";

/** ISO 8601 with milliseconds, in UTC. */
const DEFAULT_TIME_FORMAT = "%Y-%m-%dT%H:%M:%E3SZ";

/** Operators that print points of time. */
export const TIME_OPERATORS: OperatorTable = {
  START_TIME: { argument: "optional", length: false, compile: compileStartTime },
};

function compileStartTime(argument: string): CompiledOperator {
  const render = compileTimeFormat(argument === "" ? DEFAULT_TIME_FORMAT : argument);
  if (!render.ok) return notImplemented(render.error);
  return ok(({ streamInfo }) => render.value(streamInfo.startWallMs));
}
