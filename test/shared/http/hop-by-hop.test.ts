import { describe, it } from "vitest";
import { HeaderMap } from "../../../shared/http/header-map.ts";
import { removeHopByHop } from "../../../shared/http/hop-by-hop.ts";

type Pairs = readonly (readonly [string, string])[];

function after(pairs: Pairs, keepUpgrade = false): Pairs {
  const headers = HeaderMap.from(pairs);
  removeHopByHop(headers, { keepUpgrade });
  return headers.toJSON();
}

describe("removeHopByHop", () => {
  const table: readonly (readonly [rule: string, before: Pairs, after: Pairs])[] = [
    [
      "removes what is about the connection",
      [
        ["connection", "close"],
        ["keep-alive", "timeout=5"],
        ["proxy-connection", "keep-alive"],
        ["transfer-encoding", "chunked"],
        ["upgrade", "websocket"],
        ["http2-settings", "AAMAAABk"],
        ["a", "1"],
      ],
      [["a", "1"]],
    ],
    [
      "removes what the connection header names, in any case and with spaces",
      [
        ["Connection", "close, X-One ,x-two"],
        ["x-one", "1"],
        ["x-two", "2"],
        ["x-three", "3"],
      ],
      [["x-three", "3"]],
    ],
    [
      "lets nobody name what routing or the proxy's own marks depend on",
      [
        ["connection", ":path, x-forwarded-for, x-envoy-internal, cookie, content-length, host"],
        [":path", "/"],
        ["x-forwarded-for", "192.0.2.1"],
        ["x-envoy-internal", "true"],
        ["cookie", "a=b"],
        ["content-length", "0"],
      ],
      [
        [":path", "/"],
        ["x-forwarded-for", "192.0.2.1"],
        ["x-envoy-internal", "true"],
        ["cookie", "a=b"],
        ["content-length", "0"],
      ],
    ],
    [
      "keeps te: trailers and nothing else of te",
      [
        ["te", "gzip;q=0.5, Trailers"],
        ["connection", "te"],
      ],
      [["te", "trailers"]],
    ],
    ["removes te without trailers", [["te", "gzip"]], []],
    ["leaves other headers as they are", [["a", "1"]], [["a", "1"]]],
  ];
  it.for(table)("%s", ([, before, expected], { expect }) => {
    expect(after(before)).toEqual(expected);
  });

  const websocket: Pairs = [
    ["connection", "keep-alive, Upgrade"],
    ["upgrade", "websocket"],
  ];
  it("keeps a wish to switch protocols where the caller wants that", ({ expect }) => {
    expect(after(websocket, true)).toEqual([
      ["connection", "upgrade"],
      ["upgrade", "websocket"],
    ]);
    expect(after(websocket)).toEqual([]);
  });

  it("keeps neither an upgrade that connection does not name nor h2c", ({ expect }) => {
    expect(after([["upgrade", "websocket"]], true)).toEqual([]);
    const h2c: Pairs = [
      ["connection", "upgrade"],
      ["upgrade", "h2c"],
    ];
    expect(after(h2c, true)).toEqual([]);
  });
});
