import { describe, it } from "vitest";
import { HeaderMap } from "../../../shared/http/header-map.ts";
import { BodyWriter } from "../../../shared/http1/body-writer.ts";
import type { BodyFraming } from "../../../shared/http1/message-head.ts";
import { latin1 } from "./http1-events.ts";

function written(framing: BodyFraming, chunks: readonly string[], trailers?: HeaderMap): string {
  const writer = new BodyWriter(framing);
  const pieces = [...chunks.map((chunk) => writer.data(latin1(chunk))), writer.end(trailers)];
  return pieces.map((piece) => (typeof piece === "string" ? piece : piece.map(textOf).join(""))).join("");
}

function textOf(bytes: Uint8Array): string {
  return String.fromCharCode(...bytes);
}

describe("BodyWriter", () => {
  it("writes chunks with their sizes, and trailers behind the last", ({ expect }) => {
    expect(written({ kind: "chunked" }, ["ab", "0123456789abcdef"])).toBe(
      "2\r\nab\r\n10\r\n0123456789abcdef\r\n0\r\n\r\n",
    );
    expect(written({ kind: "chunked" }, [])).toBe("0\r\n\r\n");
    const trailers = HeaderMap.from([
      ["grpc-status", "0"],
      ["x", "1"],
    ]);
    expect(written({ kind: "chunked" }, ["a"], trailers)).toBe("1\r\na\r\n0\r\ngrpc-status: 0\r\nx: 1\r\n\r\n");
  });

  it("copies no chunk", ({ expect }) => {
    const chunk = latin1("data");
    expect(new BodyWriter({ kind: "chunked" }).data(chunk).at(-1)).toBe(chunk);
    expect(new BodyWriter({ kind: "untilClose" }).data(chunk)).toEqual([chunk]);
  });

  it("holds a body to its declared length", ({ expect }) => {
    expect(written({ kind: "length", bytes: 4 }, ["ab", "cd"])).toBe("abcd");
    expect(written({ kind: "length", bytes: 3 }, ["ab", "cd"])).toContain("tooLong");
    expect(written({ kind: "length", bytes: 5 }, ["ab", "cd"])).toContain("tooShort");
    expect(written({ kind: "none" }, ["ab"])).toContain("tooLong");
  });

  it("refuses trailers that would read as something else, and writes no framing there", ({ expect }) => {
    expect(written({ kind: "chunked" }, [], HeaderMap.from([["x", "a\r\n\r\nGET"]]))).toBe("invalidTrailers");
    expect(written({ kind: "chunked" }, [], HeaderMap.from([["content-length", "5"]]))).toBe("0\r\n\r\n");
  });

  it("carries trailers in chunked bodies only", ({ expect }) => {
    expect(new BodyWriter({ kind: "chunked" }).carriesTrailers).toBe(true);
    expect(new BodyWriter({ kind: "length", bytes: 1 }).carriesTrailers).toBe(false);
  });
});
