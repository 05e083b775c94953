import { describe, it } from "vitest";
import { xxHash64 } from "../../../shared/hash/xx-hash-64.ts";
import { HeaderMap } from "../../../shared/http/header-map.ts";
import type { DownstreamInfo } from "../../../shared/http/stream-info.ts";
import type { RouteActionHashPolicy } from "../../../shared/schema/envoy-types.ts";
import { forwardOf, newStreamInfo, oneHost, problemsOf, requestFor, tableOf } from "./route-table-harness.ts";

const oneRoute = (hashPolicy: readonly RouteActionHashPolicy[]) =>
  oneHost({ match: { prefix: "/" }, route: { cluster: "a", hashPolicy } });

interface Hashed {
  readonly hash: bigint | undefined;
  readonly cookies: readonly string[];
}

function hashOf(
  policies: readonly RouteActionHashPolicy[],
  request: HeaderMap,
  downstream: Partial<DownstreamInfo> = {},
): Hashed {
  const cookies: string[] = [];
  const route = forwardOf(tableOf(oneRoute(policies)).match(request, { random: 0n }));
  const addCookie = (cookie: string): void => void cookies.push(cookie);
  return { hash: route.hash({ request, info: newStreamInfo(downstream), addCookie }), cookies };
}

const header = (headerName: string): RouteActionHashPolicy => ({ header: { headerName } });
const rotated = (hash: bigint): bigint => BigInt.asUintN(64, (hash << 1n) | (hash >> 63n));

describe("compileHashPolicy", () => {
  it("gives no hash without a policy, and none where no input is there", ({ expect }) => {
    const inputs = [header("x-a"), { queryParameter: { name: "q" } }, { cookie: { name: "c" } }];
    expect([hashOf([], requestFor("/?q")).hash, hashOf(inputs, requestFor("/?p=1")).hash]).toEqual([
      undefined,
      undefined,
    ]);
  });

  it("hashes a header, also an empty one", ({ expect }) => {
    const hashes = ["a", ""].map((value) => hashOf([header("X-A")], requestFor("/", { "x-a": value })).hash);
    expect(hashes).toEqual([xxHash64("a"), xxHash64("")]);
  });

  it("hashes the values of a repeated header in their own order, each with the hash before it as seed", ({
    expect,
  }) => {
    const hashes = [
      ["b", "a"],
      ["a", "b"],
    ].map(
      (values) =>
        hashOf([header("x-a")], HeaderMap.from([[":path", "/"], ...values.map((value) => ["x-a", value] as const)]))
          .hash,
    );
    expect(hashes).toEqual([xxHash64("b", xxHash64("a")), xxHash64("b", xxHash64("a"))]);
  });

  it("rewrites a header's values first", ({ expect }) => {
    const regexRewrite = { pattern: { regex: "^/(\\w+)/.*" }, substitution: "\\1" };
    const request = requestFor("/", { "x-a": "/user/7" });
    expect(hashOf([{ header: { headerName: "x-a", regexRewrite } }], request).hash).toBe(xxHash64("user"));
  });

  it("hashes the first value of a query parameter", ({ expect }) => {
    const hashes = ["/?q=1&q=2", "/?q="].map(
      (path) => hashOf([{ queryParameter: { name: "q" } }], requestFor(path)).hash,
    );
    expect(hashes).toEqual([xxHash64("1"), xxHash64("")]);
  });

  it.for([
    ["203.0.113.7:4711", "203.0.113.7"],
    ["[2001:db8::1]:80", "2001:db8::1"],
  ] as const)("hashes of the address %s only %s", ([remoteAddress, text], { expect }) => {
    const policy = { connectionProperties: { sourceIp: true } };
    expect(hashOf([policy], requestFor("/"), { remoteAddress }).hash).toBe(xxHash64(text));
  });

  it("hashes the client that x-forwarded-for names, where that was trusted", ({ expect }) => {
    const table = tableOf(oneRoute([{ connectionProperties: { sourceIp: true } }]));
    const info = newStreamInfo();
    info.remoteAddress = "198.51.100.9:0";
    const route = forwardOf(table.match(requestFor("/"), { random: 0n, info }));
    expect(route.hash({ request: requestFor("/"), info, addCookie: undefined })).toBe(xxHash64("198.51.100.9"));
  });

  it("gives no hash for a pipe, nor for no property", ({ expect }) => {
    const pipe = hashOf([{ connectionProperties: { sourceIp: true } }], requestFor("/"), {
      remoteAddress: "/run/x.sock",
    });
    expect([pipe.hash, hashOf([{ connectionProperties: {} }], requestFor("/")).hash]).toEqual([undefined, undefined]);
  });

  it("combines hashes in declared order, rotating what it has by one bit", ({ expect }) => {
    const request = requestFor("/", { "x-a": "1", "x-b": "2" });
    const policies = [header("x-a"), header("x-none"), header("x-b")];
    expect(hashOf(policies, request).hash).toBe(rotated(xxHash64("1")) ^ xxHash64("2"));
    expect(hashOf([header("x-a"), header("x-a")], request).hash).not.toBe(0n);
  });

  it.for([
    [["x-a"], "x-a"],
    [["x-a", "x-b"], "x-a x-b"],
    [["x-b", "x-c"], "x-b"],
    [["x-a", "x-c"], "x-a"],
    [["x-c"], "x-c"],
  ] as const)("ends at a terminal policy with a hash: of %j it takes %s", ([names, taken], { expect }) => {
    const policies = [header("x-a"), { ...header("x-b"), terminal: true }, header("x-c")];
    const request = requestFor("/", Object.fromEntries(names.map((name) => [name, name])));
    const expected = taken
      .split(" ")
      .map((name) => xxHash64(name))
      .reduce((before, next) => rotated(before) ^ next);
    expect(hashOf(policies, request).hash).toBe(expected);
  });

  it.for([
    [{ filterState: { key: "x" } }, "hash_policy[0]: expected one of header"],
    [{ header: { headerName: "x", regexRewrite: { pattern: { regex: "(" } } } }, "regex_rewrite.pattern.regex"],
  ] as const)("refuses %j", ([policy, reason], { expect }) => {
    expect(problemsOf(oneRoute([policy]))).toEqual([expect.stringContaining(reason)]);
  });
});

describe("compileHashPolicy, cookies", () => {
  const cookie = { name: "sid", ttl: "3600.500s", path: "/x" };
  // What Envoy 1.39 makes for the same connection is the hash of both addresses, one behind the other.
  const made = xxHash64("10.0.0.1:80[::1]:8080").toString(16).padStart(16, "0");

  it("hashes the cookie of the request, without its quotes", ({ expect }) => {
    const hashes = ["sid=7", 'a=1; sid="7"'].map((text) => hashOf([{ cookie }], requestFor("/", { cookie: text })));
    expect(hashes).toEqual([
      { hash: xxHash64("7"), cookies: [] },
      { hash: xxHash64("7"), cookies: [] },
    ]);
  });

  it.for<readonly [more: object, attributes: string]>([
    [{}, "; Max-Age=3600; Path=/x; HttpOnly"],
    [{ ttl: "0s", path: "" }, "; HttpOnly"],
    [
      { attributes: [{ name: "SameSite", value: "Lax" }, { name: "Secure" }] },
      "; Max-Age=3600; Path=/x; SameSite=Lax; Secure; HttpOnly",
    ],
  ])("makes one that is missing, with %j", ([more, attributes], { expect }) => {
    const result = hashOf([{ cookie: { ...cookie, ...more } }], requestFor("/"));
    expect(result).toEqual({ hash: xxHash64(made), cookies: [`sid="${made}"${attributes}`] });
  });

  it("takes an empty cookie for a missing one", ({ expect }) => {
    expect(hashOf([{ cookie }], requestFor("/", { cookie: "sid=" })).cookies).toHaveLength(1);
  });

  it("makes none without a ttl", ({ expect }) => {
    expect(hashOf([{ cookie: { name: "sid" } }], requestFor("/"))).toEqual({ hash: undefined, cookies: [] });
  });
});
