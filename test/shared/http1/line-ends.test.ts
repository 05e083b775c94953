import { describe, it } from "vitest";
import { readRequests, requestEnd, responseEnd } from "./http1-events.ts";

describe("MessageParser and the ends of lines", () => {
  it.for([
    "GET / HTTP/1.1\nHost: a\r\n\r\n",
    "GET / HTTP/1.1\r\nHost: a\n\r\n",
    "GET / HTTP/1.1\r\nHost: a\r\n\n",
    "GET / HTTP/1.1\r\nHost: a\r\nX:\n\r\n",
    "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n1\na\r\n0\r\n\r\n",
    "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\n0\r\n\r\n",
    "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\n\n",
    "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\nX: y\n\r\n",
    "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n1;a=b\na\r\n0\r\n\r\n",
  ])("refuses a bare line feed in request %#", (text, { expect }) => {
    expect(requestEnd(text)).toBe("bareLineFeed");
  });

  it.for([
    "GET / HTTP/1.1\rHost: a\r\n\r\n",
    "GET / HTTP/1.1\r\r\nHost: a\r\n\r\n",
    "GET / HTTP/1.1\r\nHost: a\r\rX: y\r\n\r\n",
    "GET / HTTP/1.1\r\nHost: a\rX: y\r\n\r\n",
    "GET / HTTP/1.1\r\nHost: a\r\n\rGET / HTTP/1.1\r\n\r\n",
    "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n1\ra\r\n0\r\n\r\n",
    "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r0\r\n\r\n",
    "\rGET / HTTP/1.1\r\n\r\n",
  ])("refuses a bare carriage return in request %#", (text, { expect }) => {
    expect(requestEnd(text)).toBe("bareCarriageReturn");
  });

  it("refuses both in answers", ({ expect }) => {
    expect(responseEnd("HTTP/1.1 200 OK\nX: y\r\n\r\n")).toBe("bareLineFeed");
    expect(responseEnd("HTTP/1.1 200 OK\r\nX: y\n\r\n")).toBe("bareLineFeed");
    expect(responseEnd("HTTP/1.1 200 OK\rX: y\r\n\r\n")).toBe("bareCarriageReturn");
    expect(responseEnd("HTTP/1.1 200\nX: y\r\n\r\n")).toBe("bareLineFeed");
  });

  it("refuses a line that goes on in the next one", ({ expect }) => {
    expect(requestEnd("GET / HTTP/1.1\r\nX: a\r\n b\r\n\r\n")).toBe("foldedLine");
    expect(requestEnd("GET / HTTP/1.1\r\nX: a\r\n\tb\r\n\r\n")).toBe("foldedLine");
    expect(requestEnd("GET / HTTP/1.1\r\n X: a\r\n\r\n")).toBe("foldedLine");
    expect(requestEnd("GET / HTTP/1.1\r\nTransfer-Encoding:\r\n chunked\r\n\r\n")).toBe("foldedLine");
    expect(responseEnd("HTTP/1.1 200 OK\r\nX: a\r\n b\r\n\r\n")).toBe("foldedLine");
    expect(requestEnd("POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\nX: a\r\n b\r\n\r\n")).toBe(
      "foldedLine",
    );
  });

  it("passes over empty lines before a request and over nothing else", ({ expect }) => {
    expect(readRequests("\r\n\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n\r\n")).toMatchObject([{ end: "end" }]);
    expect(requestEnd("\nGET / HTTP/1.1\r\n\r\n")).toBe("invalidMethod");
    expect(requestEnd(" GET / HTTP/1.1\r\n\r\n")).toBe("invalidMethod");
    expect(responseEnd("\r\nHTTP/1.1 200 OK\r\n\r\n")).toBe("invalidVersion");
  });
});
