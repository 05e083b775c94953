import { describe, it } from "vitest";
import { HeaderMap } from "../../../shared/http/header-map.ts";
import { renderResponseHead, type ResponseRendering } from "../../../shared/http1/render-response.ts";
import { valueOf } from "../../support/value-of.ts";

const TO_GET: ResponseRendering = { hasBody: true, method: "GET", protocol: "HTTP/1.1" };

function head(status: string, fields: Readonly<Record<string, string>>, rendering: Partial<ResponseRendering> = {}) {
  return renderResponseHead(HeaderMap.from([[":status", status], ...Object.entries(fields)]), {
    ...TO_GET,
    ...rendering,
  });
}

function text(...args: Parameters<typeof head>): string {
  return valueOf(head(...args)).text;
}

function framing(...args: Parameters<typeof head>): string {
  return valueOf(head(...args)).framing.kind;
}

function errorOf(result: ReturnType<typeof head>): unknown {
  return result.ok ? "no error" : result.error;
}

describe("renderResponseHead", () => {
  it("writes the status with its phrase, or the one that is given", ({ expect }) => {
    expect(text("404", { "content-length": "2" })).toBe("HTTP/1.1 404 Not Found\r\ncontent-length: 2\r\n\r\n");
    expect(text("799", { "content-length": "2" })).toMatch(/^HTTP\/1\.1 799 Unknown\r\n/);
    expect(text("200", { "content-length": "2" }, { reason: "Fine" })).toMatch(/^HTTP\/1\.1 200 Fine\r\n/);
  });

  it("frames a body by its length, by chunks, or for HTTP/1.0 by the end of the connection", ({ expect }) => {
    expect(framing("200", { "content-length": "2" })).toBe("length");
    expect(text("200", {})).toContain("transfer-encoding: chunked\r\n");
    expect(framing("200", {}, { protocol: "HTTP/1.0" })).toBe("untilClose");
    expect(text("200", {}, { protocol: "HTTP/1.0" })).toBe("HTTP/1.1 200 OK\r\n\r\n");
  });

  it("says that there is no body where one could be", ({ expect }) => {
    expect(text("200", {}, { hasBody: false })).toMatch(/\r\ncontent-length: 0\r\n/);
    expect(text("204", {}, { hasBody: false })).toBe("HTTP/1.1 204 No Content\r\n\r\n");
    expect(text("204", { "content-length": "0" }, { hasBody: false })).not.toContain("length");
    expect(text("103", { link: "</a>" }, { hasBody: false })).toBe("HTTP/1.1 103 Early Hints\r\nlink: </a>\r\n\r\n");
  });

  it("keeps the length of what is not sent: to HEAD and in 304", ({ expect }) => {
    expect(text("200", { "content-length": "9" }, { method: "HEAD", hasBody: false })).toContain(
      "content-length: 9\r\n",
    );
    expect(text("200", {}, { method: "HEAD", hasBody: false })).not.toContain("length");
    expect(text("304", { "content-length": "9" }, { hasBody: false })).toContain("content-length: 9\r\n");
  });

  it("opens a tunnel behind 101 and behind an agreed CONNECT", ({ expect }) => {
    expect(framing("101", { connection: "upgrade", upgrade: "x" }, { hasBody: false })).toBe("tunnel");
    expect(framing("200", {}, { method: "CONNECT" })).toBe("tunnel");
    expect(framing("403", {}, { method: "CONNECT" })).toBe("chunked");
  });

  it("refuses what would read as something else", ({ expect }) => {
    const problems = [
      head("200 OK", {}),
      head("99", {}),
      head("200", { x: "a\r\nb: c" }),
      head("200", {}, { reason: "a\r\n" }),
      head("200", { "content-length": "5" }, { hasBody: false }),
      head("200", { "content-length": "-5" }),
      renderResponseHead(new HeaderMap(), TO_GET),
    ].map(errorOf);
    expect(problems).toEqual([
      { kind: "invalid", name: ":status" },
      { kind: "invalid", name: ":status" },
      { kind: "invalid", name: "x" },
      { kind: "invalid", name: ":status" },
      { kind: "lengthMismatch" },
      { kind: "lengthMismatch" },
      { kind: "missing", name: ":status" },
    ]);
  });
});
