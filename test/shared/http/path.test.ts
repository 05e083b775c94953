import fc from "fast-check";
import { describe, it } from "vitest";
import {
  canonicalPath,
  edgePath,
  mergeSlashes,
  stripQueryAndFragment,
  unescapeSlashes,
} from "../../../shared/http/path.ts";

type Vector = readonly [input: string, output: string];

describe("canonicalPath", () => {
  it.for<Vector>([
    ["/a/b/../c", "/a/c"],
    ["/a/b/./c", "/a/b/c"],
    ["a/b/../c", "/a/c"],
    ["/a/b/../../../../c", "/c"],
    ["/a/..\\c", "/c"],
    ["/a/\\../b", "/a/b"],
    ["//a/../b", "//b"],
    ["/a//../b", "/a/b"],
    ["/a/.", "/a/"],
    ["/a/b/..", "/a/"],
    ["/..", "/"],
  ])("resolves dot segments: %s is %s", ([input, output], { expect }) => {
    expect(canonicalPath(input)).toBe(output);
  });

  it.for<Vector>([
    ["/a/b/%2E%2E/c", "/a/c"],
    ["/a/.%2e/c", "/c"],
    ["/a%2E.b/..c/.%2e", "/a..b/"],
    ["/%41%7e%5F%2d", "/A~_-"],
    ["/%c0%af", "/%c0%af"],
    ["/%5c%25", "/%5c%25"],
    ["/A/B/C", "/A/B/C"],
    ["/a/%2F%2f/c", "/a/%2F%2f/c"],
    ["/a%", "/a%"],
    ["/a%zz", "/a%zz"],
  ])("decodes unreserved characters only: %s is %s", ([input, output], { expect }) => {
    expect(canonicalPath(input)).toBe(output);
  });

  it.for<Vector>([
    ["/%%41", "/%A"],
    ["/%%41B", "/%25AB"],
    ["/%4%31", "/%2541"],
    ["/%%30%30", "/%2500"],
    ["/%2%35", "/%2525"],
    ["/%%%41", "/%%A"],
    ["/x%%32e/y", "/x%252e/y"],
    ["/a/%%2e%2e/x", "/a/%../x"],
    ["/%4%41z%2", "/%254Az%2"],
  ])("never makes a new escape by decoding: %s is %s", ([input, output], { expect }) => {
    expect(canonicalPath(input)).toBe(output);
  });

  it.for<Vector>([
    ["/a/b/..;x=1/c", "/a/c"],
    ["/a/b/.;/c", "/a/b/c"],
    ["/a/b/..;?q", "/a/?q"],
    ["/a/b/%2e%2e;/c", "/a/b/..;/c"],
    ["/a/b/...;/c", "/a/b/...;/c"],
    ["/a;p/b", "/a;p/b"],
  ])("drops the parameters of a dot segment: %s is %s", ([input, output], { expect }) => {
    expect(canonicalPath(input)).toBe(output);
  });

  it.for<Vector>([
    ['/"<>^`{|}', "/%22%3C%3E%5E%60%7B%7C%7D"],
    ["/!$&'()*+,:;=@[]", "/!$&'()*+,:;=@[]"],
  ])("encodes unsafe characters only: %s is %s", ([input, output], { expect }) => {
    expect(canonicalPath(input)).toBe(output);
  });

  it("leaves the query as it is", ({ expect }) => {
    expect(canonicalPath("/a/./b?x=/../%41\\{}")).toBe("/a/b?x=/../%41\\{}");
  });

  it.for(["/xyz/.%00../abc", "/xyz/%00.%00./abc", "/xyz/AAAAA%%0000/abc", "/a\u0000", "/\u00c3\u00a9"])(
    "refuses %j",
    (input, { expect }) => {
      expect(canonicalPath(input)).toBeUndefined();
    },
  );
});

describe("mergeSlashes", () => {
  it.for<Vector>([
    ["//a/b/c", "/a/b/c"],
    ["/a/b/c//", "/a/b/c/"],
    ["/a////b/c", "/a/b/c"],
    ["/a//b?a=///c", "/a/b?a=///c"],
    ["//a/?b", "/a/?b"],
    ["///?a//b", "//?a//b"],
    ["/a\\//b", "/a\\/b"],
    ["/a/b?c//d", "/a/b?c//d"],
  ])("makes %s into %s", ([input, output], { expect }) => {
    expect(mergeSlashes(input)).toBe(output);
  });
});

describe("unescapeSlashes", () => {
  it.for<Vector>([
    ["%2f%2F", "//"],
    ["/a%5Cb%5cc/", "/a\\b\\c/"],
    ["%%2fa/", "%/a/"],
    ["%2%2fa/", "%2/a/"],
    ["/a%252f", "/a%252f"],
    ["/a%5c?%2fabcd%5C%%2f%", "/a\\?%2fabcd%5C%%2f%"],
  ])("makes %s into %s", ([input, output], { expect }) => {
    expect(unescapeSlashes(input)).toBe(output);
  });
});

describe("stripQueryAndFragment", () => {
  it.for<Vector>([
    ["/abc??param", "/abc"],
    ["/abc#?x", "/abc"],
    ["/abc?p#f", "/abc"],
    ["/abc", "/abc"],
  ])("makes %s into %s", ([input, output], { expect }) => {
    expect(stripQueryAndFragment(input)).toBe(output);
  });
});

describe("edgePath", () => {
  it.for<Vector>([
    ["/a/b?c=d", "/a/b?c=d"],
    ["/x/%2e%2E/admin", "/admin"],
    ["/x/.%2e\\admin", "/admin"],
    ["/x\\..\\admin", "/admin"],
    ["/x/.\t./admin", "/admin"],
    ["/.well-known/x", "/.well-known/x"],
    ["/a/..b/...", "/a/..b/..."],
    ["/%65?%65", "/%65?%65"],
    ["//evil/..//b", "///b"],
    ["/a?/../b", "/a?/../b"],
    ["/a#/../b", "/a"],
    ["/a?b#c", "/a?b"],
    ["?q", "/?q"],
    ["", "/"],
    ["/a b?c d'", "/a%20b?c%20d%27"],
  ])("turns %j into what fetch sends, %s", ([input, output], { expect }) => {
    expect(edgePath(input)).toEqual({ kind: "ok", path: output });
  });

  it("rejects what is not ASCII", ({ expect }) => {
    expect(edgePath("/\u00e9")).toEqual({ kind: "rejected", reason: "the request target is not ASCII" });
  });

  const piece = fc.oneof(
    { weight: 3, arbitrary: fc.constantFrom("/", ".", "..", "%2e", "%2E", "\\", "a", "/../", "/./", "/%2e%2E/") },
    { weight: 1, arbitrary: fc.constantFrom("?", "#", "\t", "\r\n", " ", "%", "%2", ":", "//", "|", "^", "'") },
    { weight: 1, arbitrary: fc.integer({ min: 0, max: 127 }).map((code) => String.fromCharCode(code)) },
  );
  const target = fc.array(piece, { maxLength: 24 }).map((pieces) => `/${pieces.join("")}`);

  it("gives exactly what the platform's URL parser gives, and the same again for its own result", ({ expect }) => {
    fc.assert(
      fc.property(target, (raw) => {
        const [expected = ""] = new URL(`http://host${raw}`).href.slice("http://host".length).split("#");
        expect(edgePath(raw)).toEqual({ kind: "ok", path: expected });
        expect(edgePath(expected)).toEqual({ kind: "ok", path: expected });
      }),
      { seed: 20_260_101, numRuns: 5000 },
    );
  });
});
