import fc from "fast-check";
import { describe, it } from "vitest";
import { parseJson } from "../../../shared/schema/parse-json.ts";
import { DEFAULT_LIMITS } from "../../../shared/schema/source-tree.ts";
import { readWellKnown } from "../../../shared/schema/well-known-types.ts";

function valueOf(text: string): unknown {
  const tree = parseJson(text, DEFAULT_LIMITS);
  if (!tree.ok) return tree.error;
  const read = readWellKnown("google.protobuf.Value", tree.value.root);
  return read.ok ? read.value : read.error;
}

describe("parseJson", () => {
  it("parseJson reads what JSON.stringify wrote", ({ expect }) => {
    fc.assert(
      fc.property(fc.jsonValue({ noUnicodeString: false }), fc.constantFrom(0, 2), (value, indent) => {
        const text = JSON.stringify(value, null, indent);
        expect(JSON.stringify(valueOf(text))).toBe(JSON.stringify(JSON.parse(text)));
      }),
      { seed: 20260131, numRuns: 1000 },
    );
  });

  it.for([
    ["a comma after the last element", "[1,]", [1]],
    ["a comma after the last entry", '{"a":1,}', { a: 1 }],
    ["single quotes", "{'a': 'it\\'s'}", { a: "it's" }],
    ["bare keys", "{a_1: null}", { a_1: null }],
    ["escapes", '"\\u0041\\n\\\\\\/\\ud83d\\ude00"', "A\n\\/\u{1f600}"],
  ] as const)("parseJson accepts %s, as Envoy does", ([, text, expected], { expect }) => {
    expect(JSON.stringify(valueOf(text))).toBe(JSON.stringify(expected));
  });

  it.for([
    ["", 0, "expected a value, got the end of the file"],
    ["[1 2]", 3, 'expected "," or "]", got "2"'],
    ['{"a" 1}', 5, 'expected ":", got "1"'],
    ["{1: 2}", 1, 'expected a key, got "1"'],
    ["[01]", 2, 'expected "," or "]", got "1"'],
    ["[+1]", 1, 'expected a value, got "+"'],
    ["NaN", 0, 'expected a value, got "N"'],
    ['"abc', 0, "the string has no end"],
    ['"a\nb"', 2, 'expected an escape in place of a control character, got "\\n"'],
    ['"\\x41"', 1, 'expected an escape of JSON, got "\\\\"'],
    ["{} x", 3, 'expected the end of the file, got "x"'],
    ["[/* no */1]", 1, 'expected a value, got "/"'],
  ] as const)("parseJson refuses %j", ([text, offset, message], { expect }) => {
    expect(valueOf(text)).toEqual({ code: "config.syntax", message, offset });
  });
});
