import { describe, it } from "vitest";
import { readRequests, readResponse, requestEnd } from "./http1-events.ts";

function withTrailers(lines: string): string {
  return `POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nx\r\n0\r\n${lines}\r\n`;
}

describe("MessageParser and trailers", () => {
  it("gives them once the end was read, on requests and answers", ({ expect }) => {
    const [request] = readRequests(withTrailers("Grpc-Status: 0\r\nX: 1\r\nX: 2\r\n"));
    expect(request).toMatchObject({
      end: "end",
      trailers: [
        ["grpc-status", "0"],
        ["x", "1"],
        ["x", "2"],
      ],
    });
    const answer = readResponse("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\nX: 1\r\n\r\n");
    expect(answer).toMatchObject({ end: "end", trailers: [["x", "1"]] });
  });

  it("has none of the message before", ({ expect }) => {
    const read = readRequests(withTrailers("X: 1\r\n") + withTrailers(""));
    expect(read.map(({ trailers }) => trailers)).toEqual([[["x", "1"]], undefined]);
  });

  it.for(["Content-Length: 1", "transfer-encoding: chunked", "Host: b"])(
    "refuses '%s', which comes too late to mean anything",
    (line, { expect }) => {
      expect(requestEnd(withTrailers(`${line}\r\n`))).toBe("framingInTrailers");
    },
  );

  it("reads their lines as strictly as those of the header section", ({ expect }) => {
    expect(requestEnd(withTrailers("X y: 1\r\n"))).toBe("invalidFieldName");
    expect(requestEnd(withTrailers(":path: /\r\n"))).toBe("invalidFieldName");
    expect(requestEnd(withTrailers("X: a\0\r\n"))).toBe("invalidFieldValue");
  });

  it("limits them by size and by number", ({ expect }) => {
    const limits = { maxTrailerBytes: 20, maxTrailers: 2 };
    expect(requestEnd(withTrailers("a: 1\r\nb: 2\r\n"), { limits })).toBe("end");
    expect(requestEnd(withTrailers("a: 1\r\nb: 2\r\nc:\r\n"), { limits })).toBe("tooManyTrailers");
    expect(requestEnd(withTrailers(`a: ${"1".repeat(20)}\r\n`), { limits })).toBe("trailersTooLarge");
  });
});
