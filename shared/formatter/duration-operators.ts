import { ok } from "../base/result.ts";
import { isTimePoint, type TimePoint } from "../http/stream-times.ts";
import type { FormatOperator } from "./format-context.ts";
import { type CompiledOperator, misused, notImplemented, type OperatorTable, plain } from "./operator-spec.ts";

/** How many of a unit a millisecond has. */
const PRECISIONS: ReadonlyMap<string, number> = new Map([
  ["ms", 1],
  ["us", 1000],
  ["ns", 1_000_000],
]);

/** Points that Envoy knows and no host tells of. */
const UNTOLD: ReadonlySet<string> = new Set(["US_CX_BEG", "US_CX_END", "US_HS_END", "US_TX_BEG", "US_RX_BODY_BEG"]);

/** Operators that print how long something took: whole units, missing where one of the ends was not reached. */
export const DURATION_OPERATORS: OperatorTable = {
  DURATION: plain(({ streamInfo }) => streamInfo.elapsedMs),
  REQUEST_DURATION: plain(between("DS_RX_BEG", "DS_RX_END")),
  REQUEST_TX_DURATION: plain(between("DS_RX_BEG", "US_TX_END")),
  RESPONSE_DURATION: plain(between("DS_RX_BEG", "US_RX_BEG")),
  RESPONSE_TX_DURATION: plain(between("US_RX_BEG", "DS_TX_END")),
  // Envoy knows when HTTP/3 clients acknowledge the last byte, and no others.
  ROUNDTRIP_DURATION: plain(() => undefined),
  COMMON_DURATION: { argument: "required", length: false, compile: compileCommon },
};

function between(start: TimePoint, end: TimePoint, unitsPerMs = 1): FormatOperator {
  return ({ streamInfo }) => {
    const [startMs, endMs] = [streamInfo.timeOf(start), streamInfo.timeOf(end)];
    if (startMs === undefined || endMs === undefined || endMs < startMs) return undefined;
    return Math.floor((endMs - startMs) * unitsPerMs);
  };
}

/** `START:END:PRECISION`; without a precision, milliseconds. */
function compileCommon(argument: string): CompiledOperator {
  const [start = "", end = "", precision = "ms", ...more] = argument.split(":");
  const unitsPerMs = PRECISIONS.get(precision);
  if (more.length > 0 || unitsPerMs === undefined) {
    return misused(`expected START:END:ms|us|ns for COMMON_DURATION, got ${argument}`);
  }
  const untold = [start, end].find((point) => UNTOLD.has(point));
  if (untold !== undefined) return notImplemented(`COMMON_DURATION(${argument}): no host tells of ${untold}`);
  if (!isTimePoint(start) || !isTimePoint(end)) {
    return misused(`expected time points such as DS_RX_BEG for COMMON_DURATION, got ${argument}`);
  }
  return ok(between(start, end, unitsPerMs));
}
