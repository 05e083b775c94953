import { describe, it } from "vitest";
import { readScalar } from "../../../shared/schema/scalars.ts";
import type { SourceNode } from "../../../shared/schema/source-node.ts";
import { readPlainScalar } from "../../../shared/schema/yaml-scalar.ts";

const quoted = (text: string): SourceNode => ({ kind: "string", text, offset: 0 });
const number = (text: string): SourceNode => ({ kind: "number", text, offset: 0 });

function valueOf(type: string, node: SourceNode): unknown {
  const read = readScalar(type, node);
  return read.ok ? read.value : read.error.code;
}

describe("readScalar", () => {
  it.for([
    ["uint32", "010", 10],
    ["uint32", "0x10", 16],
    ["uint32", "+7", 7],
    ["uint32", "1e3", 1000],
    ["uint32", "5.0", 5],
    ["uint32", "4294967295", 4294967295],
    ["uint32", "4294967296", "config.range"],
    ["uint32", "-1", "config.range"],
    ["uint32", "1.5", "config.type"],
    ["uint32", "", "config.type"],
    ["uint32", " 1", "config.type"],
    ["uint32", "1_000", "config.type"],
    ["int32", "-2147483648", -2147483648],
    ["int32", "2147483648", "config.range"],
    ["int64", "-9223372036854775808", "-9223372036854775808"],
    ["uint64", "18446744073709551615", "18446744073709551615"],
    ["uint64", "18446744073709551616", "config.range"],
    ["double", "1e400", "config.range"],
    ["double", "-0.5", -0.5],
    ["double", "NaN", "NaN"],
    ["double", "-Infinity", "-Infinity"],
    ["double", "one", "config.type"],
    ["float", "3.5e38", "config.range"],
    ["bool", "Y", true],
    ["bool", "0", false],
    ["bool", "on", "config.type"],
    ["bytes", "_-8", "/+8="],
    ["bytes", "AB==", "AA=="],
    ["bytes", "A", "config.bytes"],
    ["bytes", "/+8 ", "config.bytes"],
    ["string", "", ""],
  ] as const)("readScalar reads a %s from the string %j as %j", ([type, text, expected], { expect }) => {
    expect(valueOf(type, quoted(text))).toBe(expected);
  });

  it("readScalar refuses a number where a string, a boolean or bytes are expected", ({ expect }) => {
    expect(valueOf("string", number("12"))).toBe("config.type");
    expect(valueOf("bool", number("1"))).toBe("config.type");
    expect(valueOf("bytes", number("1"))).toBe("config.bytes");
  });
});

describe("readPlainScalar", () => {
  const plain = (text: string, tagged = false): SourceNode => readPlainScalar(text, { offset: 0, tagged });

  it.for(["y", "YES", "True", "on", "On", "N", "no", "FALSE", "off"])(
    "readPlainScalar takes %s for a boolean",
    (text, { expect }) => {
      expect(plain(text).kind).toBe("bool");
    },
  );

  it.for(["yEs", "oN", "tRUE", "1.5", "0o17", "1_000", "0b1", "08", ".inf", "2026-01-31"])(
    "readPlainScalar takes %s for text",
    (text, { expect }) => {
      expect(plain(text)).toEqual({ kind: "string", text, offset: 0 });
    },
  );

  it.for([
    ["0x1F", "number", "31"],
    ["017", "number", "15"],
    ["-5", "number", "-5"],
    ["+5", "number", "5"],
    ["2147483647", "number", "2147483647"],
    ["2147483648", "string", "2147483648"],
    ["0x100000000", "string", "4294967296"],
    ["9223372036854775808", "string", "9223372036854775808"],
  ] as const)("readPlainScalar reads %s as the %s %s", ([text, kind, value], { expect }) => {
    expect(plain(text)).toEqual({ kind, text: value, offset: 0 });
  });

  it("readPlainScalar takes nothing, ~ and null for null unless they are tagged", ({ expect }) => {
    expect(["", "~", "null", "Null", "NULL"].map((text) => plain(text).kind)).toEqual(Array(5).fill("null"));
    expect(plain("null", true)).toEqual({ kind: "string", text: "null", offset: 0 });
  });
});
