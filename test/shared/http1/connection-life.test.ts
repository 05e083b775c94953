import { describe, it } from "vitest";
import { END } from "../../../shared/http/body-source.ts";
import { NEED_MORE } from "../../../shared/http1/message-parser.ts";
import { createRequestParser } from "../../../shared/http1/request-parser.ts";
import { ResponseParser } from "../../../shared/http1/response-parser.ts";
import { latin1, readRequests, readResponse, responseEnd } from "./http1-events.ts";

function keepAliveOf(line: string, connection: string): boolean | undefined {
  return readRequests(`${line}\r\nHost: a\r\nConnection: ${connection}\r\n\r\n`)[0]?.head?.keepAlive;
}

describe("MessageParser and the life of a connection", () => {
  it("keeps HTTP/1.1 alive unless one side says close, and HTTP/1.0 only if it is asked", ({ expect }) => {
    expect(keepAliveOf("GET / HTTP/1.1", "x")).toBe(true);
    expect(keepAliveOf("GET / HTTP/1.1", "Close")).toBe(false);
    expect(keepAliveOf("GET / HTTP/1.1", "te, close")).toBe(false);
    expect(keepAliveOf("GET / HTTP/1.1", "x-close")).toBe(true);
    expect(keepAliveOf("GET / HTTP/1.0", "x")).toBe(false);
    expect(keepAliveOf("GET / HTTP/1.0", "Keep-Alive")).toBe(true);
    expect(keepAliveOf("GET / HTTP/1.0", "keep-alive, close")).toBe(false);
  });

  it("reads an answer without a length until the connection ends", ({ expect }) => {
    const read = readResponse("HTTP/1.1 200 OK\r\n\r\nall of it");
    expect(read).toMatchObject({ body: "all of it", end: "end", head: { keepAlive: false } });
  });

  it("passes on interim answers and waits for the final one", ({ expect }) => {
    const text =
      "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nx";
    expect(readResponse(text)).toMatchObject({ interim: [100, 103], body: "x", end: "end" });
    expect(readResponse("HTTP/1.1 100 Continue\r\n\r\n").end).toBe("open");
    expect(responseEnd("HTTP/1.0 100 Continue\r\n\r\n")).toBe("invalidStatus");
  });

  it.for([
    ["HEAD", "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n"],
    ["HEAD", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"],
    ["GET", "HTTP/1.1 304 Not Modified\r\nContent-Length: 5\r\n\r\n"],
    ["GET", "HTTP/1.1 204 No Content\r\n\r\n"],
  ])("reads no body after %s when there is none", ([method = "", text = ""], { expect }) => {
    expect(responseEnd({ text, closes: false }, { method, upgrade: false })).toBe("end");
  });

  it("hands over what comes behind a switch of protocols, if it was asked for", ({ expect }) => {
    const text = "HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\nframes";
    const asked = { method: "GET", upgrade: true };
    expect(readResponse(text, asked)).toMatchObject({
      body: "frames",
      end: "end",
      head: { framing: { kind: "tunnel" } },
    });
    expect(responseEnd(text)).toBe("unexpectedSwitch");
  });

  it("hands over what comes behind a CONNECT that was agreed to, and only then", ({ expect }) => {
    const asked = { method: "CONNECT", upgrade: false };
    const agreed = readResponse("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nbytes", asked);
    expect(agreed).toMatchObject({ body: "bytes", head: { framing: { kind: "tunnel" } } });
    expect(readResponse("HTTP/1.1 403 No\r\nContent-Length: 2\r\n\r\nno", asked)).toMatchObject({
      body: "no",
      end: "end",
    });
  });

  it("stops at the end of a request until it is told to go on", ({ expect }) => {
    const parser = createRequestParser();
    parser.feed(latin1("GET /1 HTTP/1.1\r\n\r\nGET /2 HTTP/1.1\r\n\r\n"));
    expect(parser.next()).toMatchObject({ method: "GET" });
    expect([parser.next(), parser.next(), parser.hasUnread]).toEqual([END, END, true]);
    parser.keepUnread();
    parser.startNext();
    expect(parser.next()).toMatchObject({ framing: { kind: "none" } });
    expect([parser.next(), parser.hasUnread]).toEqual([END, false]);
  });

  it("gives what follows an upgraded request as it is", ({ expect }) => {
    const parser = createRequestParser();
    parser.feed(latin1("GET / HTTP/1.1\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n\x00\r\n"));
    expect([parser.next(), parser.next()].at(-1)).toBe(END);
    parser.switchToTunnel();
    expect(parser.next()).toEqual(latin1("\x00\r\n"));
    expect(parser.next()).toBe(NEED_MORE);
    expect(parser.finish()).toBe(END);
  });

  it("ends without a word between messages, and with a failure inside of one", ({ expect }) => {
    expect(readRequests("GET / HTTP/1.1\r\n\r\n")).toHaveLength(1);
    expect(readRequests("GET / HTTP/1.1\r\n\r\n\r\n")).toHaveLength(1);
    expect(readRequests("GET / HTTP/1.1\r\n\r\nG").map(({ end }) => end)).toEqual(["end", "truncated"]);
    expect(readRequests("GET / HTTP/1.1\r\nHost: a\r\n").map(({ end }) => end)).toEqual(["truncated"]);
    expect(readRequests("GET / HTTP/1.1\r\nX(").map(({ end }) => end)).toEqual(["invalidFieldName"]);
  });

  it("reads one answer after the other on a connection that is kept", ({ expect }) => {
    const parser = new ResponseParser();
    parser.expect({ method: "HEAD", upgrade: false });
    parser.feed(latin1("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nx"));
    expect(parser.next()).toMatchObject({ status: 200 });
    expect(parser.next()).toBe(END);
    parser.expect({ method: "GET", upgrade: false });
    expect(parser.next()).toMatchObject({ status: 200 });
    expect(parser.next()).toEqual(latin1("x"));
    expect(parser.next()).toBe(END);
  });

  it("repeats a failure", ({ expect }) => {
    const parser = createRequestParser();
    parser.feed(latin1("nonsense\r\n"));
    const failure = parser.next();
    expect(failure).toMatchObject({ fault: "invalidMethod" });
    expect([parser.next(), parser.finish()]).toEqual([failure, failure]);
  });
});
