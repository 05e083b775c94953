import { describe, it } from "vitest";
import { readRequests, requestEnd, responseEnd } from "./http1-events.ts";

const CHUNKS = "2\r\nab\r\n0\r\n\r\n";

function post(fields: string): string {
  return `POST / HTTP/1.1\r\nHost: a\r\n${fields}\r\n${CHUNKS}`;
}

const NOT_CHUNKED = [
  "",
  "identity",
  "gzip",
  "gzip, chunked",
  "chunked, gzip",
  "chunked, chunked",
  "chunked,",
  ",chunked",
  "xchunked",
  "chunked\t",
  "chunked \t ",
  "chunked x",
  "chunked;q=1",
  '"chunked"',
  "chunked, identity",
  "\u00e7hunked",
];

describe("MessageParser and Transfer-Encoding", () => {
  it.for(["chunked", "CHUNKED", " chunked", "\tchunked", "chunked "])(
    "reads chunks behind '%s'",
    (value, { expect }) => {
      expect(readRequests(post(`Transfer-Encoding:${value}\r\n`))).toMatchObject([{ body: "ab", end: "end" }]);
    },
  );

  it.for(NOT_CHUNKED)("refuses '%s': chunked and nothing else is known", (value, { expect }) => {
    expect(requestEnd(post(`Transfer-Encoding: ${value}\r\n`))).toBe("unknownTransferEncoding");
    expect(responseEnd(`HTTP/1.1 200 OK\r\nTransfer-Encoding: ${value}\r\n\r\n${CHUNKS}`)).toBe(
      "unknownTransferEncoding",
    );
  });

  it.for([
    ["chunked", "chunked"],
    ["chunked", "identity"],
    ["", "chunked"],
    ["chunked", ""],
  ])("refuses it twice: '%s' and '%s'", ([first, second], { expect }) => {
    const fields = `Transfer-Encoding: ${first}\r\nX: y\r\ntransfer-encoding: ${second}\r\n`;
    expect(requestEnd(post(fields))).toBe("unknownTransferEncoding");
    expect(responseEnd(`HTTP/1.1 200 OK\r\n${fields}\r\n${CHUNKS}`)).toBe("unknownTransferEncoding");
  });

  it.for([
    "Content-Length: 2\r\nTransfer-Encoding: chunked\r\n",
    "Transfer-Encoding: chunked\r\nContent-Length: 12\r\n",
  ])("refuses it together with Content-Length, in either order", (fields, { expect }) => {
    expect(requestEnd(post(fields))).toBe("contentLengthAndChunked");
    expect(responseEnd(`HTTP/1.1 200 OK\r\n${fields}\r\n${CHUNKS}`)).toBe("contentLengthAndChunked");
  });

  it("refuses it from HTTP/1.0, which does not know it", ({ expect }) => {
    const fields = "Transfer-Encoding: chunked\r\n";
    expect(requestEnd(`POST / HTTP/1.0\r\n${fields}\r\n${CHUNKS}`)).toBe("transferEncodingNotAllowed");
    expect(responseEnd(`HTTP/1.0 200 OK\r\n${fields}\r\n${CHUNKS}`)).toBe("transferEncodingNotAllowed");
  });

  it("refuses it where no body can be", ({ expect }) => {
    const fields = "Transfer-Encoding: chunked\r\n";
    expect(responseEnd(`HTTP/1.1 204 No Content\r\n${fields}\r\n${CHUNKS}`)).toBe("transferEncodingNotAllowed");
    expect(requestEnd(`CONNECT a:1 HTTP/1.1\r\n${fields}\r\n${CHUNKS}`)).toBe("bodyNotAllowed");
  });

  it("reads no name that only looks like it", ({ expect }) => {
    expect(requestEnd(post("Transfer-Encoding : chunked\r\n"))).toBe("invalidFieldName");
    expect(requestEnd(post("Transfer\u00adEncoding: chunked\r\n"))).toBe("invalidFieldName");
    expect(requestEnd(post("\u000bTransfer-Encoding: chunked\r\n"))).toBe("invalidFieldName");
  });
});
