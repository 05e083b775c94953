import type { SourceNode } from "./source-node.ts";

const NULLS: ReadonlySet<string> = new Set(["", "~", "null", "Null", "NULL"]);
const BOOLS: ReadonlyMap<string, boolean> = new Map(
  [
    ["y", "n"],
    ["yes", "no"],
    ["true", "false"],
    ["on", "off"],
  ].flatMap(([yes = "", no = ""]) => [...casesOf(yes, true), ...casesOf(no, false)]),
);

const MIN_INT32 = -(2n ** 31n);
const MAX_INT32 = 2n ** 31n - 1n;
const MIN_INT64 = -(2n ** 63n);
const MAX_INT64 = 2n ** 63n - 1n;

/**
 * What a plain (unquoted) scalar means to Envoy, which asks yaml-cpp for a boolean, then for an integer, else keeps the text:
 * integers also in hexadecimal (`0x1F`) and octal (`017`), as numbers if they fit 32 bits and as text if not; every float is text.
 */
export function readPlainScalar(text: string, at: { readonly offset: number; readonly tagged: boolean }): SourceNode {
  const { offset } = at;
  if (!at.tagged && NULLS.has(text)) return { kind: "null", offset };
  const bool = BOOLS.get(text);
  if (bool !== undefined) return { kind: "bool", value: bool, offset };
  const integer = parseInteger(text);
  if (integer === undefined) return { kind: "string", text, offset };
  const fits = integer >= MIN_INT32 && integer <= MAX_INT32;
  return { kind: fits ? "number" : "string", text: integer.toString(), offset };
}

/** All lower case, all upper case, or a capital first (yaml-cpp's "flexible case"). */
function casesOf(word: string, value: boolean): readonly (readonly [string, boolean])[] {
  const capital = word.charAt(0).toUpperCase() + word.slice(1);
  return [word, word.toUpperCase(), capital].map((spelling) => [spelling, value] as const);
}

function parseInteger(text: string): bigint | undefined {
  const found = /^([+-]?)(0[xX][\da-fA-F]{1,16}|0[0-7]{1,22}|0|[1-9]\d{0,19})$/.exec(text);
  if (found === null) return undefined;
  const [, sign, digits = ""] = found;
  const magnitude = BigInt(/^0[0-7]/.test(digits) ? `0o${digits.slice(1)}` : digits);
  const value = sign === "-" ? -magnitude : magnitude;
  return value >= MIN_INT64 && value <= MAX_INT64 ? value : undefined;
}
