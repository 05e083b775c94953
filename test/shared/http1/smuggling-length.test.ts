import { describe, it } from "vitest";
import { readRequests, requestEnd, responseEnd } from "./http1-events.ts";

function post(fields: string, body: string): string {
  return `POST / HTTP/1.1\r\nHost: a\r\n${fields}\r\n${body}`;
}

const NO_LENGTH = [
  "",
  "+2",
  "-2",
  "2 2",
  "2,2",
  "2, 2",
  "0x2",
  "2.0",
  "2e0",
  "two",
  "\u00b2",
  "2;",
  "99999999999999999999",
];

describe("MessageParser and Content-Length", () => {
  it("reads exactly as many bytes, and the next request behind them", ({ expect }) => {
    const read = readRequests(`${post("Content-Length: 3\r\n", "abc")}GET /next HTTP/1.1\r\nHost: a\r\n\r\n`);
    expect(read.map(({ body, end }) => [body, end])).toEqual([
      ["abc", "end"],
      ["", "end"],
    ]);
    expect(read[1]?.head?.headers.get(":path")).toBe("/next");
  });

  it("takes leading zeros for what they are", ({ expect }) => {
    expect(readRequests(post("Content-Length: 0003\r\n", "abc"))[0]?.body).toBe("abc");
  });

  it.for(NO_LENGTH)("refuses '%s'", (length, { expect }) => {
    expect(requestEnd(post(`Content-Length: ${length}\r\n`, "ab"))).toBe("invalidContentLength");
    expect(responseEnd(`HTTP/1.1 200 OK\r\nContent-Length: ${length}\r\n\r\nab`)).toBe("invalidContentLength");
  });

  it.for([
    ["2", "2"],
    ["2", "3"],
    ["0", "2"],
    ["", "2"],
    ["2", ""],
  ])("refuses it twice, also if both agree: %s and %s", ([first, second], { expect }) => {
    const fields = `Content-Length: ${first}\r\nX: y\r\ncontent-length: ${second}\r\n`;
    expect(requestEnd(post(fields, "abc"))).toBe("invalidContentLength");
    expect(responseEnd(`HTTP/1.1 200 OK\r\n${fields}\r\nabc`)).toBe("invalidContentLength");
  });

  it("counts up to the largest exact integer and no further", ({ expect }) => {
    expect(requestEnd({ text: post("Content-Length: 9007199254740991\r\n", ""), closes: false })).toBe("open");
    expect(requestEnd(post("Content-Length: 9007199254740992\r\n", ""))).toBe("invalidContentLength");
  });

  it("never takes a body that broke off for a whole one", ({ expect }) => {
    expect(requestEnd(post("Content-Length: 3\r\n", "ab"))).toBe("truncated");
    expect(responseEnd("HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nab")).toBe("truncated");
  });

  it("refuses one on an answer that cannot have a body, but for 0", ({ expect }) => {
    expect(responseEnd("HTTP/1.1 204 No Content\r\nContent-Length: 2\r\n\r\nab")).toBe("contentLengthNotAllowed");
    expect(responseEnd("HTTP/1.1 103 Early Hints\r\nContent-Length: 2\r\n\r\nab")).toBe("contentLengthNotAllowed");
    expect(responseEnd("HTTP/1.1 204 No Content\r\nContent-Length: 0\r\n\r\n")).toBe("end");
  });

  it("refuses a body with CONNECT, but for 0", ({ expect }) => {
    expect(requestEnd("CONNECT a:1 HTTP/1.1\r\nContent-Length: 2\r\n\r\nab")).toBe("bodyNotAllowed");
    const [tunnel] = readRequests("CONNECT a:1 HTTP/1.1\r\nContent-Length: 0\r\n\r\nab");
    expect(tunnel).toMatchObject({ body: "ab", end: "end", head: { framing: { kind: "tunnel" } } });
    expect(tunnel?.head?.headers.has("content-length")).toBe(false);
  });
});
