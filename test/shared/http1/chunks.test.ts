import { describe, it } from "vitest";
import { readRequests, requestEnd, responseEnd } from "./http1-events.ts";

function post(body: string): string {
  return `POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n${body}`;
}

function bodyOf(chunks: string): string | undefined {
  return readRequests(post(chunks))[0]?.body;
}

describe("ChunkLine", () => {
  it("reads sizes in either case and with leading zeros", ({ expect }) => {
    expect(bodyOf("A\r\n0123456789\r\n0\r\n\r\n")).toBe("0123456789");
    expect(bodyOf("a\r\n0123456789\r\n000\r\n\r\n")).toBe("0123456789");
    expect(bodyOf("0000000000000002\r\nab\r\n1\r\nc\r\n0\r\n\r\n")).toBe("abc");
  });

  it.for([
    ["no size", "\r\nab\r\n"],
    ["a blank before it", " 2\r\nab\r\n"],
    ["a blank behind it", "2 \r\nab\r\n"],
    ["a tab behind it", "2\t\r\nab\r\n"],
    ["a sign", "+2\r\nab\r\n"],
    ["a minus", "-2\r\nab\r\n"],
    ["a prefix", "0x2\r\nab\r\n"],
    ["an underscore", "1_0\r\nab\r\n"],
    ["a letter that is no digit", "g\r\nab\r\n"],
    ["more than can be counted exactly", "20000000000000\r\nab\r\n"],
    ["more than 64 bits", "10000000000000002\r\nab\r\n"],
    ["NUL", "2\0\r\nab\r\n"],
  ])("refuses a size with %s", ([, chunks], { expect }) => {
    expect(requestEnd(post(`${chunks}0\r\n\r\n`))).toBe("invalidChunkSize");
  });

  it("refuses a chunk that is longer or shorter than its size", ({ expect }) => {
    expect(requestEnd(post("2\r\nabc\r\n0\r\n\r\n"))).toBe("invalidChunkEnd");
    expect(requestEnd(post("3\r\nab\r\n0\r\n\r\n"))).toBe("bareLineFeed");
    expect(requestEnd(post("2\r\nab0\r\n\r\n"))).toBe("invalidChunkEnd");
  });

  it.for([
    "2",
    "2\r",
    "2\r\n",
    "2\r\na",
    "2\r\nab",
    "2\r\nab\r",
    "2\r\nab\r\n",
    "2\r\nab\r\n0\r\n",
    "2\r\nab\r\n0\r\n\r",
  ])("never takes a body that broke off for a whole one: %j", (chunks, { expect }) => {
    expect(requestEnd(post(chunks))).toBe("truncated");
    expect(responseEnd(`HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n${chunks}`)).toBe("truncated");
  });
});

describe("ChunkLine and extensions", () => {
  it.for([";a", ";a=b", ';a="b c;\\"d"', ";a;b=c", ';a="";b', ";a=b;c=d;e=f"])(
    "passes over '%s'",
    (extension, { expect }) => {
      expect(bodyOf(`2${extension}\r\nab\r\n0${extension}\r\n\r\n`)).toBe("ab");
    },
  );

  it.for([
    ";",
    "; a",
    " ;a",
    ";a=",
    ";a ",
    ";a =b",
    ";a= b",
    ";=b",
    ";a;;b",
    ";a=b c",
    ';a="b',
    ';a="b"c',
    ";a=b\0",
    ";a\x7f",
    ';a="\x01"',
    ';a="\\\x01"',
    ";\xe9",
  ])("refuses '%s'", (extension, { expect }) => {
    expect(requestEnd(post(`2${extension}\r\nab\r\n0\r\n\r\n`))).toMatch(/^invalidChunk(Extension|Size)$/);
  });

  it("lets no quoted extension hide a line end", ({ expect }) => {
    expect(requestEnd(post('2;a="\r\nab\r\n0\r\n\r\n"'))).toBe("invalidChunkExtension");
    expect(requestEnd(post('2;a="\\\r\nab\r\n0\r\n\r\n"'))).toBe("invalidChunkExtension");
  });

  it("limits them over the whole message", ({ expect }) => {
    const limits = { maxChunkExtensionBytes: 10 };
    const chunk = (extension: string): string => `1;${extension}\r\na\r\n`;
    expect(requestEnd(post(`${chunk("1234")}${chunk("1234")}0\r\n\r\n`), { limits })).toBe("end");
    expect(requestEnd(post(`${chunk("1234")}${chunk("12345")}0\r\n\r\n`), { limits })).toBe("chunkExtensionsTooLarge");
    expect(requestEnd({ text: post(`1;${"x".repeat(100)}`), closes: false }, { limits })).toBe(
      "chunkExtensionsTooLarge",
    );
  });
});
