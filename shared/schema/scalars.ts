import { err, ok, type Result } from "../base/result.ts";
import { parseBase64, renderBase64 } from "../base/base64.ts";
import type { ConfigCode } from "./diagnostic-codes.ts";
import type { SourceNode } from "./source-node.ts";

/** Why a value was refused: the code and what would have been right, to be followed by what was found. */
export interface Refusal {
  readonly code: ConfigCode;
  readonly expected: string;
}

/** A scalar in canonical JSON. */
export type ScalarValue = string | number | boolean;
export type ScalarOutcome = Result<ScalarValue, Refusal>;

interface IntegerRange {
  readonly min: bigint;
  readonly max: bigint;
  /** 64-bit integers are strings in proto3 JSON. */
  readonly asString: boolean;
}

const INT32: IntegerRange = { min: -(2n ** 31n), max: 2n ** 31n - 1n, asString: false };
const UINT32: IntegerRange = { min: 0n, max: 2n ** 32n - 1n, asString: false };
const INT64: IntegerRange = { min: -(2n ** 63n), max: 2n ** 63n - 1n, asString: true };
const UINT64: IntegerRange = { min: 0n, max: 2n ** 64n - 1n, asString: true };

const INTEGERS: ReadonlyMap<string, IntegerRange> = new Map([
  ["int32", INT32],
  ["sint32", INT32],
  ["sfixed32", INT32],
  ["uint32", UINT32],
  ["fixed32", UINT32],
  ["int64", INT64],
  ["sint64", INT64],
  ["sfixed64", INT64],
  ["uint64", UINT64],
  ["fixed64", UINT64],
]);

/**
 * Reads a scalar field as Envoy's JSON parser does (checked against Envoy 1.39): numbers also as strings, decimal or `0x`, or
 * with an exponent as long as nothing is lost; booleans also as the strings "true", "t", "yes", "y", "1" and their opposites.
 */
export function readScalar(type: string, node: SourceNode): ScalarOutcome {
  const range = INTEGERS.get(type);
  if (range !== undefined) return readInteger(range, node);
  switch (type) {
    case "string":
      return node.kind === "string" ? ok(node.text) : refuse("config.type", "a string");
    case "bool":
      return readBool(node);
    case "bytes":
      return readBytes(node);
    default:
      return readFloat(type, node);
  }
}

/** The value that a scalar field has when it is not set. */
export function scalarDefault(type: string): ScalarValue {
  const range = INTEGERS.get(type);
  if (range !== undefined) return range.asString ? "0" : 0;
  if (type === "bool") return false;
  return type === "string" || type === "bytes" ? "" : 0;
}

export function isInteger64(type: string): boolean {
  return INTEGERS.get(type)?.asString === true;
}

function refuse(code: ConfigCode, expected: string): Result<never, Refusal> {
  return err({ code, expected });
}

function readInteger(range: IntegerRange, node: SourceNode): ScalarOutcome {
  const value = node.kind === "number" || node.kind === "string" ? parseInteger(node.text) : undefined;
  if (value === undefined) return refuse("config.type", "an integer");
  if (value < range.min || value > range.max)
    return refuse("config.range", `an integer from ${range.min} to ${range.max}`);
  return ok(range.asString ? value.toString() : Number(value));
}

/** Quoted integers are decimal even with leading zeros; only the YAML reader knows octal. */
function parseInteger(text: string): bigint | undefined {
  if (/^[+-]?\d{1,40}$/.test(text))
    return text.startsWith("-") ? -BigInt(text.slice(1)) : BigInt(text.replace("+", ""));
  if (/^[+-]?0[xX][\da-fA-F]{1,16}$/.test(text)) {
    return text.startsWith("-") ? -BigInt(text.slice(1)) : BigInt(text.replace("+", ""));
  }
  if (!DECIMAL.test(text)) return undefined;
  const value = Number(text);
  return Number.isSafeInteger(value) ? BigInt(value) : undefined;
}

const DECIMAL = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d{1,4})?$/;
const MAX_FLOAT = 3.4028234663852886e38;
const NOT_FINITE: ReadonlyMap<string, string> = new Map([
  ["nan", "NaN"],
  ["inf", "Infinity"],
  ["infinity", "Infinity"],
  ["+inf", "Infinity"],
  ["+infinity", "Infinity"],
  ["-inf", "-Infinity"],
  ["-infinity", "-Infinity"],
]);

function readFloat(type: string, node: SourceNode): ScalarOutcome {
  if (node.kind !== "number" && node.kind !== "string") return refuse("config.type", "a number");
  const special = NOT_FINITE.get(node.text.toLowerCase());
  if (special !== undefined) return ok(special);
  if (!DECIMAL.test(node.text)) return refuse("config.type", "a number");
  const value = Number(node.text);
  const largest = type === "float" ? MAX_FLOAT : Number.MAX_VALUE;
  return Math.abs(value) <= largest ? ok(value) : refuse("config.range", `a number that fits a ${type}`);
}

const BOOLS: ReadonlyMap<string, boolean> = new Map([
  ["true", true],
  ["t", true],
  ["yes", true],
  ["y", true],
  ["1", true],
  ["false", false],
  ["f", false],
  ["no", false],
  ["n", false],
  ["0", false],
]);

function readBool(node: SourceNode): ScalarOutcome {
  if (node.kind === "bool") return ok(node.value);
  const value = node.kind === "string" ? BOOLS.get(node.text.toLowerCase()) : undefined;
  return value === undefined ? refuse("config.type", "true or false") : ok(value);
}

/** Canonical JSON has the standard alphabet with padding, whatever was read. */
function readBytes(node: SourceNode): ScalarOutcome {
  const bytes = node.kind === "string" ? parseBase64(node.text) : undefined;
  return bytes === undefined ? refuse("config.bytes", "base64") : ok(renderBase64(bytes));
}
