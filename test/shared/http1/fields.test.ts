import { describe, it } from "vitest";
import { readRequests, requestEnd } from "./http1-events.ts";

function withField(field: string): string {
  return `GET / HTTP/1.1\r\nHost: a\r\n${field}\r\n\r\n`;
}

function valueOfX(value: string): string | undefined {
  return readRequests(withField(`X:${value}`))[0]?.head?.headers.get("x");
}

const TOKEN_CHARS = "!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
const OTHER_CHARS = Array.from({ length: 256 }, (_, byte) => String.fromCharCode(byte)).filter(
  (char) => !TOKEN_CHARS.includes(char) && char !== ":",
);

describe("FieldLine", () => {
  it("takes every token character in a name, and writes letters small", ({ expect }) => {
    const headers = readRequests(withField(`${TOKEN_CHARS}: v`))[0]?.head?.headers;
    expect(headers?.get(TOKEN_CHARS.toLowerCase())).toBe("v");
  });

  it("refuses every other character in a name", ({ expect }) => {
    const ends = OTHER_CHARS.map((char) => requestEnd(withField(`X${char}: v`)));
    expect(ends.filter((end) => end !== "invalidFieldName")).toEqual([]);
  });

  it("refuses a name that is missing, and a line without a colon", ({ expect }) => {
    expect(requestEnd(withField(": v"))).toBe("invalidFieldName");
    expect(requestEnd(withField("X"))).toBe("invalidFieldName");
    expect(requestEnd(withField("X v"))).toBe("invalidFieldName");
  });

  it("takes the blanks around a value away and none inside", ({ expect }) => {
    expect(valueOfX(" \t a \t b\t ")).toBe("a \t b");
    expect(valueOfX("a")).toBe("a");
    expect(valueOfX("")).toBe("");
    expect(valueOfX(" \t")).toBe("");
  });

  it("keeps bytes above ASCII as one code unit each, in values short and long", ({ expect }) => {
    expect(valueOfX("caf\xe9")).toBe("caf\xe9");
    expect(valueOfX(`\x80\x9f${"long ".repeat(10)}\xff`)).toBe(`\x80\x9f${"long ".repeat(10)}\xff`);
    expect(valueOfX("\xef\xbb\xbf a long value that begins with a mark")).toBe(
      "\xef\xbb\xbf a long value that begins with a mark",
    );
  });

  it.for(["caf\xc3\xa9", "\xe9\xff\x80", "\xf0\x9f\x98\x80 and on", "\xe2\x82"])(
    "reads a head that has '%s' behind it in the same piece as any other",
    (body, { expect }) => {
      const long = "a value that is long enough to be decoded";
      const text = `POST /x HTTP/1.1\r\nX-Long: ${long}\r\nY: 1\r\nContent-Length: ${body.length}\r\n\r\n${body}`;
      const [read] = readRequests(text);
      expect(read?.body).toBe(body);
      expect(read?.head?.headers.toJSON().slice(2)).toEqual([
        ["x-long", long],
        ["y", "1"],
        ["content-length", String(body.length)],
      ]);
    },
  );

  it("refuses control characters in a value, but for the tab", ({ expect }) => {
    const controls = [...Array.from({ length: 32 }, (_, byte) => byte), 0x7f].filter(
      (byte) => ![0x09, 0x0a, 0x0d].includes(byte),
    );
    const ends = controls.map((byte) => requestEnd(withField(`X: a${String.fromCharCode(byte)}b`)));
    expect(ends).toEqual(controls.map(() => "invalidFieldValue"));
  });

  it("keeps duplicates apart and in order, and joins what Envoy keeps once", ({ expect }) => {
    const text = withField(
      "Set-Cookie: a\r\nX: 1\r\nset-cookie: b\r\nCookie: c=1\r\nCookie: d=2\r\nAccept: x\r\nAccept: y",
    );
    expect(readRequests(text)[0]?.head?.headers.toJSON().slice(3)).toEqual([
      ["set-cookie", "a"],
      ["x", "1"],
      ["set-cookie", "b"],
      ["cookie", "c=1; d=2"],
      ["accept", "x,y"],
    ]);
  });

  it("keeps the spelling of names if asked for", ({ expect }) => {
    const text = withField("X-CamelCase: 1\r\nX-CAMELCASE: 2\r\naccept: 3");
    const [read] = readRequests(text, { keepSentNames: true });
    expect(read?.head?.sentNames).toEqual(
      new Map([
        ["host", "Host"],
        ["x-camelcase", "X-CamelCase"],
        ["accept", "accept"],
      ]),
    );
    expect(readRequests(text)[0]?.head?.sentNames).toBeUndefined();
  });

  it("knows no names by heart that it would not read otherwise", ({ expect }) => {
    const names = [
      "Content-Type",
      "content-typo",
      "X-Request-Id",
      "x-request-ix",
      "Age",
      "Aga",
      "__proto__",
      "constructor",
    ];
    const [read] = readRequests(withField(names.map((name) => `${name}: v`).join("\r\n")));
    expect(
      read?.head?.headers
        .toJSON()
        .slice(3)
        .map(([name]) => name),
    ).toEqual(names.map((name) => name.toLowerCase()));
  });
});
