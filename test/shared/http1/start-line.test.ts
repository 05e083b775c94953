import { describe, it } from "vitest";
import { readRequests, readResponse, requestEnd, responseEnd } from "./http1-events.ts";

function ofTarget(target: string, method = "GET"): string {
  return `${method} ${target} HTTP/1.1\r\nHost: host.example\r\n\r\n`;
}

function pseudo(text: string): unknown {
  const headers = readRequests(text)[0]?.head?.headers;
  return [":method", ":scheme", ":authority", ":path"].map((name) => headers?.get(name));
}

describe("RequestLine", () => {
  it("makes pseudo headers of the line and of Host, before all others", ({ expect }) => {
    const text = "GET /a?b HTTP/1.1\r\nX-First: 1\r\nHost: host.example\r\nX-Second: 2\r\n\r\n";
    expect(readRequests(text)[0]?.head?.headers.toJSON()).toEqual([
      [":method", "GET"],
      [":path", "/a?b"],
      [":authority", "host.example"],
      ["x-first", "1"],
      ["x-second", "2"],
    ]);
  });

  it("takes the authority of an absolute target before Host", ({ expect }) => {
    expect(pseudo(ofTarget("http://other:81/x?y"))).toEqual(["GET", "http", "other:81", "/x?y"]);
    expect(pseudo(ofTarget("HTTPS://other"))).toEqual(["GET", "https", "other", "/"]);
    expect(pseudo(ofTarget("http://[::1]:80/"))).toEqual(["GET", "http", "[::1]:80", "/"]);
    expect(pseudo("GET http://other/ HTTP/1.1\r\n\r\n")).toEqual(["GET", "http", "other", "/"]);
  });

  it("leaves an absolute target alone without allow_absolute_url", ({ expect }) => {
    const [read] = readRequests(ofTarget("http://other/x"), { allowAbsoluteUrl: false });
    expect(read?.head?.headers.get(":path")).toBe("http://other/x");
    expect(read?.head?.headers.get(":authority")).toBe("host.example");
  });

  it("has no path for CONNECT, and the target is the authority", ({ expect }) => {
    expect(pseudo(ofTarget("db:5432", "CONNECT"))).toEqual(["CONNECT", undefined, "db:5432", undefined]);
  });

  it("leaves the authority out where nothing names one, and keeps an empty one", ({ expect }) => {
    expect(pseudo("GET / HTTP/1.1\r\n\r\n")).toEqual(["GET", undefined, undefined, "/"]);
    expect(pseudo("GET / HTTP/1.1\r\nHost:\r\n\r\n")).toEqual(["GET", undefined, "", "/"]);
  });

  it.for([
    ["two Hosts", "GET / HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n", "repeatedHost"],
    ["two Hosts beside an absolute target", "GET http://a/ HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", "repeatedHost"],
    ["an unknown method", ofTarget("/", "FETCH"), "invalidMethod"],
    ["a method in lower case", ofTarget("/", "get"), "invalidMethod"],
    ["a method that is no token", ofTarget("/", "G(T"), "invalidMethod"],
    ["no method", " / HTTP/1.1\r\n\r\n", "invalidMethod"],
    ["two spaces", ofTarget(" /"), "invalidTarget"],
    ["a tab for a space", "GET\t/ HTTP/1.1\r\n\r\n", "invalidMethod"],
    ["no target", "GET HTTP/1.1\r\n\r\n", "invalidTarget"],
    ["a relative target", ofTarget("x"), "invalidTarget"],
    ["an asterisk with another method", ofTarget("*"), "invalidTarget"],
    ["NUL in the target", ofTarget("/\0"), "invalidTarget"],
    ["DEL in the target", ofTarget("/\x7f"), "invalidTarget"],
    ["bytes above ASCII in the target", ofTarget("/\xe9"), "invalidTarget"],
    ["another scheme", ofTarget("ftp://a/"), "invalidScheme"],
    ["no host in an absolute target", ofTarget("http:///x"), "invalidUrl"],
    ["a port that is none", ofTarget("http://a:x/"), "invalidUrl"],
    ["a user in the target", ofTarget("http://user@a/"), "invalidUrl"],
    ["CONNECT without a port", ofTarget("a", "CONNECT"), "invalidUrl"],
    ["CONNECT to a path", ofTarget("/x", "CONNECT"), "invalidUrl"],
    ["HTTP/0.9", "GET /\r\n", "invalidTarget"],
    ["HTTP/1.2", "GET / HTTP/1.2\r\n\r\n", "invalidVersion"],
    ["HTTP/2.0", "GET / HTTP/2.0\r\n\r\n", "invalidVersion"],
    ["a version with zeros", "GET / HTTP/01.1\r\n\r\n", "invalidVersion"],
    ["a version in lower case", "GET / http/1.1\r\n\r\n", "invalidVersion"],
    ["a space behind the version", "GET / HTTP/1.1 \r\n\r\n", "invalidVersion"],
    ["the start of TLS", "\x16\x03\x01\x02\x00\x01", "invalidMethod"],
    ["the preface of HTTP/2", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "invalidVersion"],
  ])("refuses %s", ([, text = "", fault], { expect }) => {
    expect(requestEnd(text)).toBe(fault);
  });

  it("takes any token as a method with allow_custom_methods", ({ expect }) => {
    expect(requestEnd(ofTarget("/", "FETCH"), { allowCustomMethods: true })).toBe("end");
  });

  it("takes the asterisk of OPTIONS for its path", ({ expect }) => {
    expect(pseudo(ofTarget("*", "OPTIONS"))).toEqual(["OPTIONS", undefined, "host.example", "*"]);
  });
});

describe("StatusLine", () => {
  it.for([
    ["HTTP/1.1 200 OK", "200", "OK"],
    ["HTTP/1.1 404 Not \xe9 found", "404", "Not \xe9 found"],
    ["HTTP/1.0 999 ", "999", ""],
    ["HTTP/1.1 200", "200", ""],
  ])("reads '%s'", ([line, status, reason], { expect }) => {
    const { head, end } = readResponse(`${line}\r\nContent-Length: 0\r\n\r\n`);
    expect(head).toMatchObject({ reason });
    expect([head?.headers.get(":status"), end]).toEqual([status, "end"]);
  });

  it.for([
    ["HTTP/1.1 20 OK", "invalidStatus"],
    ["HTTP/1.1 2000 OK", "invalidStatus"],
    ["HTTP/1.1 099 OK", "invalidStatus"],
    ["HTTP/1.1 2x0 OK", "invalidStatus"],
    ["HTTP/1.1  200 OK", "invalidStatus"],
    ["HTTP/1.1 200 a\0b", "invalidStatus"],
    ["HTTP/1.1\t200 OK", "invalidVersion"],
    ["HTTP/2.0 200 OK", "invalidVersion"],
    ["ICY 200 OK", "invalidVersion"],
  ])("refuses '%s'", ([line, fault], { expect }) => {
    expect(responseEnd(`${line}\r\n\r\n`)).toBe(fault);
  });
});
