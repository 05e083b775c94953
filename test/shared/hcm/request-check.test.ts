import { describe, it } from "vitest";
import { checkRequest, type RequestCheckPolicy } from "../../../shared/hcm/request-check.ts";
import { HeaderMap } from "../../../shared/http/header-map.ts";

const POLICY: RequestCheckPolicy = {
  stripPort: "none",
  stripTrailingHostDot: false,
  localPort: 8080,
  maxHeaderBytes: 60 * 1024,
  maxHeaders: 100,
  underscores: "ALLOW",
  normalizePath: (path) => ({ kind: "ok", path }),
};

function request(overrides: Readonly<Record<string, string | undefined>> = {}): HeaderMap {
  const all = { ":method": "GET", ":path": "/x", ":authority": "a.example:8080", ...overrides };
  const given = Object.entries(all).filter((pair): pair is [string, string] => pair[1] !== undefined);
  return HeaderMap.from(given);
}

describe("checkRequest", () => {
  it.for([
    [{ ":authority": undefined }, 400, "missing_host_header"],
    [{ ":path": undefined }, 404, "missing_path_rejected"],
    [{ ":path": "*", ":method": "OPTIONS" }, 404, "absolute_path_rejected"],
    [{ ":path": "/a#b" }, 400, "path_normalization_failed"],
    [{ ":authority": "a b" }, 400, "http.invalid_authority"],
    [{ ":authority": "a/b" }, 400, "http.invalid_authority"],
    [{ "x-large": "a".repeat(70_000) }, 431, "http1.headers_too_large"],
  ] as const)("answers %o with %i %s", ([overrides, status, details], { expect }) => {
    expect(checkRequest(request(overrides), POLICY)).toMatchObject({ status, details });
  });

  it("answers more headers than allowed with 431", ({ expect }) => {
    const headers = request({ ":scheme": "http" });
    for (let at = 0; at < 99; at++) headers.add(`x-${at}`, "1");
    expect(checkRequest(headers, POLICY)).toBeUndefined();
    headers.add("x-more", "1");
    expect(checkRequest(headers, POLICY)).toEqual({
      status: 431,
      body: "Request Header Fields Too Large",
      details: "http1.too_many_headers",
      flag: "DownstreamProtocolError",
    });
  });

  it("lets underscores in names through, drops the header, or refuses the request", ({ expect }) => {
    const outcomes = (["ALLOW", "DROP_HEADER", "REJECT_REQUEST"] as const).map((underscores) => {
      const headers = request({ x_y: "1" });
      return [checkRequest(headers, { ...POLICY, underscores })?.details, headers.has("x_y")];
    });
    expect(outcomes).toEqual([
      [undefined, true],
      [undefined, false],
      ["http1.unexpected_underscore", true],
    ]);
  });

  it("lets a CONNECT without path through", ({ expect }) => {
    expect(checkRequest(request({ ":path": undefined, ":method": "CONNECT" }), POLICY)).toBeUndefined();
  });

  it.for([
    ["none", "a.example:8080", "a.example:8080"],
    ["any", "a.example:99", "a.example"],
    ["matching", "a.example:8080", "a.example"],
    ["matching", "a.example:99", "a.example:99"],
    ["any", "[::1]:80", "[::1]"],
    ["any", "[::1]", "[::1]"],
  ] as const)("strips ports as %s: %s becomes %s", ([stripPort, authority, expected], { expect }) => {
    const headers = request({ ":authority": authority });
    expect(checkRequest(headers, { ...POLICY, stripPort })).toBeUndefined();
    expect(headers.get(":authority")).toBe(expected);
  });

  it("strips the trailing dot before a port that stays", ({ expect }) => {
    const headers = request({ ":authority": "a.example.:81" });
    checkRequest(headers, { ...POLICY, stripTrailingHostDot: true });
    expect(headers.get(":authority")).toBe("a.example:81");
  });

  it("answers a path that is to be unescaped with a redirect to it", ({ expect }) => {
    const reply = checkRequest(request(), { ...POLICY, normalizePath: () => ({ kind: "redirect", path: "/y" }) });
    const headers = new HeaderMap();
    reply?.modifyHeaders?.(headers);
    expect([reply?.status, headers.get("location")]).toEqual([307, "/y"]);
  });
});
