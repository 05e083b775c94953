import { describe, it } from "vitest";
import { HeaderMap } from "../../../shared/http/header-map.ts";
import { createProperCase, preservedCase } from "../../../shared/http1/header-case.ts";
import { renderRequestHead, type RequestRendering } from "../../../shared/http1/render-request.ts";
import { valueOf } from "../../support/value-of.ts";

const GET: readonly (readonly [string, string])[] = [
  [":method", "GET"],
  [":path", "/a?b"],
  [":scheme", "http"],
  [":authority", "host.example:81"],
];
const POST = [[":method", "POST"] as const, ...GET.slice(1)];

type Pairs = readonly (readonly [string, string])[];

function rendered(pairs: Pairs, rendering: Partial<RequestRendering> = {}): string {
  return valueOf(renderRequestHead(HeaderMap.from(pairs), { hasBody: false, ...rendering })).text;
}

function refusal(pairs: Pairs, hasBody = false): unknown {
  const result = renderRequestHead(HeaderMap.from(pairs), { hasBody });
  return "error" in result && result.error;
}

describe("renderRequestHead", () => {
  it("writes the exact Host, then the fields in their order with duplicates apart", ({ expect }) => {
    const text = rendered([...GET, ["x", "1"], ["y", ""], ["x", "caf\xe9"]]);
    expect(text).toBe("GET /a?b HTTP/1.1\r\nhost: host.example:81\r\nx: 1\r\ny: \r\nx: caf\xe9\r\n\r\n");
  });

  it("writes the whole URL if asked, and the authority for CONNECT", ({ expect }) => {
    expect(rendered(GET, { fullUrl: true })).toMatch(/^GET http:\/\/host\.example:81\/a\?b HTTP/);
    expect(
      rendered([
        [":method", "CONNECT"],
        [":authority", "db:1"],
      ]),
    ).toBe("CONNECT db:1 HTTP/1.1\r\nhost: db:1\r\n\r\n");
  });

  it("says the length of a body that is known, and else sends it in chunks", ({ expect }) => {
    expect(rendered([...POST, ["content-length", "5"]], { hasBody: true })).toMatch(/\r\ncontent-length: 5\r\n\r\n$/);
    expect(rendered(POST, { hasBody: true })).toMatch(/\r\ntransfer-encoding: chunked\r\n\r\n$/);
    expect(rendered(POST)).toMatch(/\r\ncontent-length: 0\r\n\r\n$/);
    expect(rendered(GET)).not.toContain("length");
  });

  it("takes no framing from headers", ({ expect }) => {
    const text = rendered([...POST, ["transfer-encoding", "gzip"], ["host", "other"]], { hasBody: true });
    expect(text.match(/transfer-encoding: .*/g)).toEqual(["transfer-encoding: chunked"]);
    expect(text.match(/host: .*/g)).toEqual(["host: host.example:81"]);
  });

  it.for([
    ["no method", GET.slice(1), { kind: "missing", name: ":method" }],
    ["no path", [...GET.slice(0, 1), ...GET.slice(2)], { kind: "missing", name: ":path" }],
    ["no authority", GET.slice(0, 3), { kind: "missing", name: ":authority" }],
    ["a method with a space", [[":method", "GET /x"], ...GET.slice(1)], { kind: "invalid", name: ":method" }],
    [
      "a path with a space",
      [...GET, [":path", "/ HTTP/1.1\r\nx: y"]].slice(0, 1).concat([
        [":path", "/ x"],
        [":authority", "a"],
      ]),
      { kind: "invalid", name: ":path" },
    ],
    [
      "a line end in the authority",
      [...GET.slice(0, 3), [":authority", "a\r\nx: y"]],
      { kind: "invalid", name: ":authority" },
    ],
    ["a line end in a value", [...GET, ["x", "a\r\ny: z"]], { kind: "invalid", name: "x" }],
    ["a bare line feed in a value", [...GET, ["x", "a\nb"]], { kind: "invalid", name: "x" }],
    ["NUL in a value", [...GET, ["x", "a\0"]], { kind: "invalid", name: "x" }],
    ["a colon in a name", [...GET, ["x: y", "z"]], { kind: "invalid", name: "x: y" }],
    ["no name", [...GET, ["", "z"]], { kind: "invalid", name: "" }],
  ] as [string, Pairs, object][])("refuses %s", ([, pairs, problem], { expect }) => {
    expect(refusal(pairs)).toEqual(problem);
  });

  it("refuses a length that cannot be right", ({ expect }) => {
    expect(refusal([...POST, ["content-length", "5"]], false)).toEqual({ kind: "lengthMismatch" });
    expect(refusal([...POST, ["content-length", "x"]], true)).toEqual({ kind: "lengthMismatch" });
    expect(refusal([...POST, ["content-length", "1,1"]], true)).toEqual({ kind: "lengthMismatch" });
  });
});

describe("HeaderCase", () => {
  it("proper_case_words begins a word behind anything but letters and digits", ({ expect }) => {
    const properCase = createProperCase();
    const names = ["x-request-id", "te", "x_y", "2fa-code", "a2b"];
    expect(names.map(properCase)).toEqual(["X-Request-Id", "Te", "X_Y", "2fa-Code", "A2b"]);
    expect(rendered(GET, { headerCase: properCase })).toContain("\r\nHost: host.example:81\r\n");
  });

  it("preserve_case writes names as the peer did, and the others as told", ({ expect }) => {
    const headerCase = preservedCase(new Map([["x-camel", "X-CaMeL"]]), createProperCase());
    expect(rendered([...GET, ["x-camel", "1"], ["x-other", "2"]], { headerCase })).toMatch(/X-CaMeL: 1\r\nX-Other: 2/);
    const lower = preservedCase(undefined, (name) => name);
    expect(lower("x-camel")).toBe("x-camel");
  });
});
