import { describe, it } from "vitest";
import type { HeaderMap } from "../../../shared/http/header-map.ts";
import type { RouteAction, RouteMatch } from "../../../shared/schema/envoy-types.ts";
import { forwardOf, newStreamInfo, oneHost, problemsOf, requestFor, tableOf } from "./route-table-harness.ts";

const config = (match: RouteMatch, route: RouteAction) => oneHost({ match, route: { cluster: "a", ...route } });

function finalized(match: RouteMatch, route: RouteAction, request: HeaderMap): HeaderMap {
  forwardOf(tableOf(config(match, route)).match(request, { random: 0n })).finalizeRequestHeaders(
    request,
    newStreamInfo(),
  );
  return request;
}

const pathAfter = (match: RouteMatch, route: RouteAction, path: string): string | undefined =>
  finalized(match, route, requestFor(path)).get(":path");

const regex = (pattern: string, substitution: string) => ({ pattern: { regex: pattern }, substitution });

const byTemplate = (pathTemplate: string): RouteMatch => ({
  pathMatchPolicy: {
    name: "template",
    typedConfig: {
      "@type": "type.googleapis.com/envoy.extensions.path.match.uri_template.v3.UriTemplateMatchConfig",
      pathTemplate,
    },
  },
});

const toTemplate = (pathTemplateRewrite: string): RouteAction => ({
  pathRewritePolicy: {
    name: "template",
    typedConfig: {
      "@type": "type.googleapis.com/envoy.extensions.path.rewrite.uri_template.v3.UriTemplateRewriteConfig",
      pathTemplateRewrite,
    },
  },
});

describe("compileForwardPathRewrite", () => {
  it.for([
    ["/new/%REQ(:method)%", "/new/GET?q=1"],
    ["/new?z=1", "/new?z=1?q=1"],
    ["%REQ(:method)%", "GET?q=1"],
    ["/n/%REQ(x-none)%", "/n/?q=1"],
    ["%REQ(x-none)%", "/p/a?q=1"],
  ] as const)("with the format %s makes of /p/a?q=1 %s", ([pathRewrite, after], { expect }) => {
    expect(pathAfter({ prefix: "/p" }, { pathRewrite }, "/p/a?q=1")).toBe(after);
  });

  it.for([{ pathRewrite: "%NO_SUCH%" }, { hostRewrite: "%NO_SUCH%" }])("refuses %j", (action, { expect }) => {
    expect(problemsOf(config({ prefix: "/p" }, action))).toHaveLength(1);
  });

  it("refuses two ways at once", ({ expect }) => {
    expect(problemsOf(config({ prefix: "/p" }, { pathRewrite: "/x", prefixRewrite: "/y" }))).toEqual([
      "virtual_hosts[0].routes[0].route: Specify only one of prefix_rewrite, regex_rewrite or path_rewrite_policy",
    ]);
  });

  it.for([
    ["/{a}/{b}", "/{b}/{a}", "/x/y?q=1", "/y/x?q=1"],
    ["/p/{a=**}", "/n/{a}", "/p/x/y/?q=1", "/n/x/y/?q=1"],
    ["/p/{a=**}", "/n/{a}", "/p/", "/n/"],
    ["/p/{a=**}.txt", "/n/{a}.html", "/p/x/y.txt", "/n/x/y.html"],
    ["/{a}/**", "/{a}", "/x/y/z", "/x"],
  ] as const)("rewrites what %s matches by %s: %s to %s", ([matched, rewritten, path, after], { expect }) => {
    expect(pathAfter(byTemplate(matched), toTemplate(rewritten), path)).toBe(after);
  });

  it.for([
    [{ prefix: "/" }, toTemplate("/x"), "a template rewrites only paths that a path template matches"],
    [byTemplate("/{a}"), toTemplate("/{b}"), 'no variable "b"'],
    [byTemplate("/{a}"), { prefixRewrite: "/x" }, "Cannot use prefix_rewrite with matcher extension"],
    [byTemplate("/{a}"), { ...toTemplate("/x"), regexRewrite: regex("a", "b") }, "Specify only one of"],
    [
      byTemplate("/{a}"),
      { pathRewritePolicy: { name: "x", typedConfig: { "@type": "y" } } },
      "expected a path rewriter",
    ],
  ] as const)("refuses with the match %j the action %j", ([match, action, reason], { expect }) => {
    expect(problemsOf(config(match, action))).toEqual([expect.stringContaining(reason)]);
  });
});

describe("compilePathRewrite", () => {
  it.for([
    [{ prefix: "/p" }, "/new", "/p/x?q=/p", "/new/x?q=/p"],
    [{ prefix: "/prefix" }, "/", "/prefix/x", "//x"],
    [{ prefix: "/p", caseSensitive: false }, "/new", "/P/x", "/new/x"],
    [{ pathSeparatedPrefix: "/s" }, "/", "/s/x", "//x"],
    [{ path: "/e" }, "/new", "/e?q", "/new?q"],
    [{ safeRegex: { regex: "/r.*" } }, "/new", "/r/x/y?q", "/new?q"],
    [{ prefix: "/p" }, "", "/p/x", "/p/x"],
  ] as const)(
    "with the match %j rewrites the prefix with %j from %s to %s",
    ([match, prefixRewrite, path, after], { expect }) => {
      expect(pathAfter(match, { prefixRewrite }, path)).toBe(after);
    },
  );

  it.for([
    ["^/rr/(\\w+)", "/\\1/x", "/rr/abc/d?q=/rr/zz", "/abc/x/d?q=/rr/zz"],
    ["a", "\\0\\0", "/rr/aba", "/rr/aabaa"],
    ["/none", "/x", "/rr/y", "/rr/y"],
  ] as const)("replaces %s with %s in %s, which gives %s", ([pattern, substitution, path, after], { expect }) => {
    expect(pathAfter({ prefix: "/rr" }, { regexRewrite: regex(pattern, substitution) }, path)).toBe(after);
  });

  it("leaves path parameters in what it replaces, as Envoy does", ({ expect }) => {
    const table = tableOf({
      ...config({ prefix: "/a/b" }, { prefixRewrite: "/X" }),
      ignorePathParametersInPathMatching: true,
    });
    const request = requestFor("/a;p/b/c");
    forwardOf(table.match(request, { random: 0n })).finalizeRequestHeaders(request, newStreamInfo());
    expect(request.get(":path")).toBe("/X/b/c");
  });

  it("keeps the path as it came, whatever the client wrote there, only where it rewrites", ({ expect }) => {
    const spoofed = { "x-envoy-original-path": "spoof" };
    const rewritten = finalized({ prefix: "/" }, { prefixRewrite: "/" }, requestFor("/same?q", spoofed));
    const untouched = finalized({ prefix: "/" }, {}, requestFor("/same"));
    expect([rewritten, untouched].map((headers) => headers.get("x-envoy-original-path"))).toEqual([
      "/same?q",
      undefined,
    ]);
  });

  it("refuses two rewrites in one route", ({ expect }) => {
    const problems = problemsOf(config({ prefix: "/" }, { prefixRewrite: "/a", regexRewrite: regex("a", "b") }));
    const reason = "Specify only one of prefix_rewrite, regex_rewrite or path_rewrite_policy";
    expect(problems).toEqual([`virtual_hosts[0].routes[0].route: ${reason}`]);
  });
});

describe("compileHostRewrite", () => {
  const hostsAfter = (route: RouteAction, headers: Readonly<Record<string, string>> = {}) => {
    const request = finalized(
      { prefix: "/" },
      { appendXForwardedHost: true, ...route },
      requestFor("/rr/abc?d", headers),
    );
    return [":authority", "x-envoy-original-host", "x-forwarded-host"].map((name) => request.get(name));
  };

  it.for([
    [{ hostRewriteLiteral: "new.com" }, ["new.com", "h.com", "h.com"]],
    [{ hostRewriteLiteral: "new.com", appendXForwardedHost: false }, ["new.com", "h.com", undefined]],
    [{ hostRewriteLiteral: "h.com" }, ["h.com", "h.com", "h.com"]],
    [{ hostRewriteHeader: "X-H" }, ["first.com", "h.com", "h.com"]],
    [{ hostRewriteHeader: "x-none" }, ["h.com", undefined, undefined]],
    [{ hostRewriteHeader: "x-empty" }, ["h.com", undefined, undefined]],
    [{ hostRewritePathRegex: regex("^/rr/(\\w+).*", "\\1.example") }, ["abc.example", "h.com", "h.com"]],
    [{ autoHostRewrite: true }, ["h.com", undefined, undefined]],
    [{ hostRewrite: "%REQ(x-h)%.eu" }, ["first.com.eu", "h.com", "h.com"]],
    [{ hostRewrite: "%REQ(x-none)%" }, ["-", "h.com", "h.com"]],
    [{ hostRewrite: "%REQ(x-empty)%" }, ["h.com", undefined, undefined]],
  ] as const)("with %j leaves host, original and forwarded host %j", ([route, hosts], { expect }) => {
    expect(hostsAfter(route, { "x-h": "first.com", "x-empty": "" })).toEqual(hosts);
  });

  it("takes the first of several values", ({ expect }) => {
    const request = requestFor("/", { "x-h": "first.com" });
    request.add("x-h", "second.com");
    expect(finalized({ prefix: "/" }, { hostRewriteHeader: "x-h" }, request).get(":authority")).toBe("first.com");
  });

  it.for([
    ["z.com", "z.com,h.com"],
    ["z.com,h.com", "z.com,h.com"],
    ["z.com, h.com", "z.com, h.com,h.com"],
    ["h.com,z.com", "h.com,z.com,h.com"],
  ] as const)("makes of x-forwarded-host %s %s", ([before, after], { expect }) => {
    expect(hostsAfter({ hostRewriteLiteral: "new.com" }, { "x-forwarded-host": before })[2]).toBe(after);
  });

  it("looks at the path before it is rewritten", ({ expect }) => {
    const route = { prefixRewrite: "/new", hostRewritePathRegex: regex("^/(\\w+).*", "\\1.example") };
    const request = finalized({ prefix: "/old" }, route, requestFor("/old/x"));
    expect([request.get(":authority"), request.get(":path")]).toEqual(["old.example", "/new/x"]);
  });
});

describe("compileForward", () => {
  const route = (action: RouteAction) =>
    forwardOf(tableOf(config({ prefix: "/" }, action)).match(requestFor("/"), { random: 0n }));

  it("has Envoy's defaults", ({ expect }) => {
    const { timeoutMs, clusterNotFoundStatus, autoHostRewrite } = route({});
    expect([timeoutMs, clusterNotFoundStatus, autoHostRewrite]).toEqual([15_000, 503, false]);
  });

  it("reads the timeout and what a missing cluster answers", ({ expect }) => {
    const action = route({
      timeout: "0s",
      clusterNotFoundResponseCode: "NOT_FOUND",
      autoHostRewrite: true,
    });
    const { timeoutMs, clusterNotFoundStatus, autoHostRewrite } = action;
    expect([timeoutMs, clusterNotFoundStatus, autoHostRewrite]).toEqual([0, 404, true]);
  });

  it("takes the cluster from the first value of cluster_header", ({ expect }) => {
    const table = tableOf(oneHost({ match: { prefix: "/" }, route: { clusterHeader: "X-C" } }));
    const request = requestFor("/", { "x-c": "a" });
    request.add("x-c", "b");
    const forward = forwardOf(table.match(request, { random: 0n }));
    expect([forward.clusterName(request), forward.clusterName(requestFor("/"))]).toEqual(["a", undefined]);
  });

  it("refuses a cluster that is not there, unless told not to look", ({ expect }) => {
    const clusters = new Set<string>();
    const reason = "virtual_hosts[0].routes[0].route.cluster: route: unknown cluster 'a'";
    expect(problemsOf(config({ prefix: "/" }, {}), { clusters })).toEqual([reason]);
    expect(problemsOf({ ...config({ prefix: "/" }, {}), validateClusters: false }, { clusters })).toEqual([]);
  });

  it.for([
    [
      { match: { prefix: "/" }, route: { clusterSpecifierPlugin: "p" } },
      "one of cluster, cluster_header, weighted_clusters",
    ],
    [{ match: { prefix: "/" }, nonForwardingAction: {} }, "one of route, redirect, direct_response"],
  ] as const)("refuses %j", ([config_, reason], { expect }) => {
    expect(problemsOf(oneHost(config_))).toEqual([expect.stringContaining(reason)]);
  });
});
