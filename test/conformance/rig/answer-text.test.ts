import { describe, it } from "vitest";
import { readAnswer } from "./answer-text.ts";

const GET = { headRequest: false, ended: false };
const LENGTH = "HTTP/1.1 200 OK\r\nContent-Length: 3\r\nX-A:  1 \r\n\r\nabc";
const CHUNKED = "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n2\r\nab\r\n1;x=y\r\nc\r\n0\r\n\r\n";

describe("readAnswer", () => {
  it.for([LENGTH, CHUNKED])("waits for the end of the body", (text, { expect }) => {
    for (let length = 0; length < text.length; length += 1) {
      expect(readAnswer(text.slice(0, length), GET)).toBeUndefined();
    }
    expect(readAnswer(text, GET)).toMatchObject({ status: 200, body: "abc" });
  });

  it("gives header lines as they were, without the space around values", ({ expect }) => {
    expect(readAnswer(LENGTH, GET)).toMatchObject({
      headers: [
        ["Content-Length", "3"],
        ["X-A", "1"],
      ],
    });
  });

  it("reads to the end of the connection where no length is declared", ({ expect }) => {
    const text = "HTTP/1.1 200 OK\r\n\r\nabc";
    expect(readAnswer(text, GET)).toBeUndefined();
    expect(readAnswer(text, { ...GET, ended: true })).toMatchObject({ body: "abc" });
  });

  it("expects no body after HEAD, 204 and 304", ({ expect }) => {
    expect(readAnswer("HTTP/1.1 200 OK\r\ncontent-length: 3\r\n\r\n", { ...GET, headRequest: true })).toMatchObject({
      body: "",
    });
    expect(readAnswer("HTTP/1.1 304 Not Modified\r\ncontent-length: 3\r\n\r\n", GET)).toMatchObject({
      status: 304,
      body: "",
    });
  });

  it("passes over interim answers and knows malformed ones", ({ expect }) => {
    expect(readAnswer(`HTTP/1.1 100 Continue\r\n\r\n${LENGTH}`, GET)).toMatchObject({ status: 200 });
    expect(readAnswer("HTP/1.1 200 OK\r\n\r\n", GET)).toEqual({ kind: "broken", how: "malformed" });
  });
});
