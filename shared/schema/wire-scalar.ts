import { renderBase64 } from "../base/base64.ts";
import type { FieldSchema } from "./message-schema.ts";
import type { SourceNode } from "./source-node.ts";
import { FIXED32, FIXED64, LENGTH_DELIMITED, malformed, VARINT, type WireValue } from "./wire-reader.ts";

const WIRE_TYPES: ReadonlyMap<string, number> = new Map([
  ["string", LENGTH_DELIMITED],
  ["bytes", LENGTH_DELIMITED],
  ["double", FIXED64],
  ["fixed64", FIXED64],
  ["sfixed64", FIXED64],
  ["float", FIXED32],
  ["fixed32", FIXED32],
  ["sfixed32", FIXED32],
]);

/** How one value of a field stands on the wire; enums and the remaining integers are varints. */
export function wireTypeOf(field: FieldSchema): number {
  return field.kind === "message" ? LENGTH_DELIMITED : (WIRE_TYPES.get(field.type) ?? VARINT);
}

/** The node that the same value has in a text source, without a place. */
export function readWireScalar(field: FieldSchema, value: WireValue): SourceNode {
  if (value.wireType !== wireTypeOf(field)) throw malformed(`another wire type than ${field.name} has`);
  const offset = -1;
  switch (field.type) {
    case "string":
      return { kind: "string", text: decodeUtf8(value.bytes, field.name), offset };
    case "bytes":
      return { kind: "string", text: renderBase64(value.bytes), offset };
    case "bool":
      return { kind: "bool", value: value.bits !== 0n, offset };
    case "double":
    case "float":
      return floatNode(value);
    default:
      return { kind: "number", text: integerOf(field.type, value.bits).toString(), offset };
  }
}

function decodeUtf8(bytes: Uint8Array, field: string): string {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw malformed(`a ${field} that is not UTF-8`);
  }
}

function integerOf(type: string, bits: bigint): bigint {
  switch (type) {
    case "uint64":
    case "fixed64":
      return bits;
    case "uint32":
    case "fixed32":
      return BigInt.asUintN(32, bits);
    case "int64":
    case "sfixed64":
      return BigInt.asIntN(64, bits);
    case "sint32":
    case "sint64":
      return (bits >> 1n) ^ -(bits & 1n);
    default:
      return BigInt.asIntN(32, bits);
  }
}

function floatNode({ wireType, bits }: WireValue): SourceNode {
  const view = new DataView(new ArrayBuffer(8));
  view.setBigUint64(0, bits, true);
  const value = wireType === FIXED64 ? view.getFloat64(0, true) : shortestFloat(view.getFloat32(0, true));
  if (Number.isFinite(value)) return { kind: "number", text: numberText(value), offset: -1 };
  return { kind: "string", text: String(value), offset: -1 };
}

function numberText(value: number): string {
  return Object.is(value, -0) ? "-0" : String(value);
}

/** 0.1 as a float is 0.10000000149 as a double; JSON has the shortest text that gives the same float. */
function shortestFloat(value: number): number {
  for (let digits = 6; digits < 9; digits += 1) {
    const shorter = Number(value.toPrecision(digits));
    if (Math.fround(shorter) === value) return shorter;
  }
  return value;
}
