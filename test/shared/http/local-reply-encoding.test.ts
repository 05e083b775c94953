import { describe, it } from "vitest";
import { HeaderMap } from "../../../shared/http/header-map.ts";
import { encodeLocalReply, grpcStatusFromHttp, isGrpcRequest } from "../../../shared/http/local-reply-encoding.ts";

const PLAIN = { isGrpc: false, isHead: false };
const GRPC = { isGrpc: true, isHead: false };

describe("encodeLocalReply", () => {
  it("describes a text, and an empty one not at all", ({ expect }) => {
    const withText = encodeLocalReply({ status: 403, body: "é", details: "test" }, PLAIN);
    expect(withText.headers.toJSON()).toEqual([
      [":status", "403"],
      ["content-length", "2"],
      ["content-type", "text/plain"],
    ]);
    expect(withText.body).toEqual(Uint8Array.of(0xc3, 0xa9));
    const empty = encodeLocalReply({ status: 404, details: "test" }, PLAIN);
    expect(empty).toEqual({ status: 404, headers: HeaderMap.from([[":status", "404"]]), body: undefined });
  });

  it("keeps a content type that modifyHeaders sets, and overrules a content length", ({ expect }) => {
    const modifyHeaders = (headers: HeaderMap): void => {
      headers.set("content-type", "text/html");
      headers.set("content-length", "99");
    };
    const { headers } = encodeLocalReply({ status: 200, body: "<p>", details: "test", modifyHeaders }, PLAIN);
    expect([headers.get("content-type"), headers.get("content-length")]).toEqual(["text/html", "3"]);
    const bare = encodeLocalReply({ status: 200, details: "test", modifyHeaders }, PLAIN);
    expect(bare.headers.toJSON()).toEqual([[":status", "200"]]);
  });

  it("lets the connection manager adjust before the reply's own modifyHeaders", ({ expect }) => {
    const reply = { status: 200, details: "test", modifyHeaders: (headers: HeaderMap) => headers.add("x", "reply") };
    const { headers } = encodeLocalReply(reply, PLAIN, { adjust: (bare) => bare.add("x", "route") });
    expect(headers.values("x")).toEqual(["route", "reply"]);
  });

  it("answers HEAD with the length of the body that it withholds", ({ expect }) => {
    const { headers, body } = encodeLocalReply(
      { status: 403, body: "no", details: "test" },
      { isGrpc: false, isHead: true },
    );
    expect([headers.get("content-length"), body]).toEqual(["2", undefined]);
  });

  it("answers gRPC in headers alone, the message percent-encoded as Envoy does", ({ expect }) => {
    const { headers, body } = encodeLocalReply({ status: 403, body: "a~b%é c\n", details: "test" }, GRPC);
    expect(headers.toJSON()).toEqual([
      [":status", "200"],
      ["content-type", "application/grpc"],
      ["grpc-status", "7"],
      ["grpc-message", "a%7Eb%25%C3%A9 c%0A"],
    ]);
    expect(body).toBeUndefined();
  });

  it("prefers the reply's own gRPC status", ({ expect }) => {
    const { headers } = encodeLocalReply({ status: 503, details: "test", grpcStatus: 8 }, GRPC);
    expect([headers.get("grpc-status"), headers.has("grpc-message")]).toEqual(["8", false]);
  });
});

describe("grpcStatusFromHttp", () => {
  it.for([
    [400, 13],
    [401, 16],
    [403, 7],
    [404, 12],
    [429, 14],
    [500, 2],
    [502, 14],
    [503, 14],
    [504, 14],
    [200, 2],
  ] as const)("maps %d to %d", ([http, grpc], { expect }) => {
    expect(grpcStatusFromHttp(http)).toBe(grpc);
  });
});

describe("isGrpcRequest", () => {
  it.for([
    ["application/grpc", true],
    ["application/grpc+proto", true],
    ["application/grpc-web", false],
    ["application/json", false],
  ] as const)("%s: %s", ([contentType, expected], { expect }) => {
    expect(isGrpcRequest(HeaderMap.from([["content-type", contentType]]))).toBe(expected);
    expect(isGrpcRequest(new HeaderMap())).toBe(false);
  });
});
