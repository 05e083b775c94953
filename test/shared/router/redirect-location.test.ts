import { describe, it } from "vitest";
import type { RedirectAction, Route } from "../../../shared/schema/envoy-types.ts";
import { newStreamInfo, oneHost, problemsOf, replyOf, requestFor, tableOf } from "./route-table-harness.ts";

const REQUEST = { ":authority": "h.com:80" };
const HTTPS = { ":scheme": "https", "x-forwarded-proto": "https" };

function locationOf(
  redirect: RedirectAction,
  path = "/p?q=1",
  headers: Readonly<Record<string, string>> = REQUEST,
): string {
  const route: Route = { match: { prefix: "/p" }, redirect };
  const request = requestFor(path, headers);
  return replyOf(tableOf(oneHost(route)).match(request, { random: 0n })).location(request, newStreamInfo()) ?? "";
}

describe("compileRedirectLocation", () => {
  it.for([
    [{ httpsRedirect: true }, "https://h.com/p?q=1"],
    [{ schemeRedirect: "https" }, "https://h.com/p?q=1"],
    [{ schemeRedirect: "HTTPS" }, "HTTPS://h.com/p?q=1"],
    [{ schemeRedirect: "http" }, "http://h.com:80/p?q=1"],
    [{ hostRedirect: "x.com" }, "http://x.com/p?q=1"],
    [{ hostRedirect: "x.com", portRedirect: 8080 }, "http://x.com:8080/p?q=1"],
    [{ hostRedirect: "x.com:99", portRedirect: 80 }, "http://x.com:99:80/p?q=1"],
    [{ portRedirect: 99 }, "http://h.com:99/p?q=1"],
    [{ portRedirect: 8443, httpsRedirect: true }, "https://h.com:8443/p?q=1"],
    [{ pathRedirect: "/n" }, "http://h.com:80/n?q=1"],
    [{ pathRedirect: "/n?z=2" }, "http://h.com:80/n?z=2"],
    [{ pathRedirect: "/n", stripQuery: true }, "http://h.com:80/n"],
    [{ pathRedirect: "/n?z=2", stripQuery: true }, "http://h.com:80/n?z=2"],
    [{ prefixRewrite: "/n" }, "http://h.com:80/n?q=1"],
    [{ prefixRewrite: "/n", stripQuery: true }, "http://h.com:80/n"],
    [{ prefixRewrite: "" }, "http://h.com:80/p?q=1"],
    [{ regexRewrite: { pattern: { regex: "^/(p)" }, substitution: "/\\1/\\1" } }, "http://h.com:80/p/p?q=1"],
    [{ stripQuery: true }, "http://h.com:80/p"],
    [{}, "http://h.com:80/p?q=1"],
    [{ hostRedirect: "x.com:99" }, "http://x.com:99/p?q=1"],
    [{ portRedirect: 80 }, "http://h.com:80/p?q=1"],
    [{ schemeRedirect: "ftp" }, "ftp://h.com/p?q=1"],
    [{ pathRedirect: "n" }, "http://h.com:80/n?q=1"],
    [{ pathRedirect: "/n?" }, "http://h.com:80/n?"],
    [{ prefixRewrite: "n" }, "http://h.com:80/n?q=1"],
    [{ regexRewrite: { pattern: { regex: "^/" }, substitution: "" } }, "http://h.com:80/p?q=1"],
    [{ regexRewrite: { pattern: { regex: "p" }, substitution: "x?y=" } }, "http://h.com:80/x?y=?q=1"],
    [{ regexRewrite: { pattern: { regex: "p" }, substitution: "x?y=" }, stripQuery: true }, "http://h.com:80/x"],
    [{ pathRewrite: "/n/%REQ(:authority)%" }, "http://h.com:80/n/h.com:80?q=1"],
    [{ pathRewrite: "/n?%REQ(:method)%" }, "http://h.com:80/n?GET"],
    [{ pathRewrite: "/n?%REQ(:method)%", stripQuery: true }, "http://h.com:80/n?GET"],
    [{ pathRewrite: "/n/%REQ(x-none)%", stripQuery: true }, "http://h.com:80/n/"],
    [{ pathRewrite: "%REQ(:method)%" }, "http://h.com:80/GET?q=1"],
    [{ pathRewrite: "%REQ(x-none)%" }, "http://h.com:80/p?q=1"],
  ] as const)("makes of %j %s", ([redirect, location], { expect }) => {
    expect(locationOf(redirect)).toBe(location);
  });

  it("refuses a format that cannot be read", ({ expect }) => {
    const redirect = { pathRewrite: "%NO_SUCH%" };
    expect(problemsOf(oneHost({ match: { prefix: "/" }, redirect }))).toEqual([
      expect.stringContaining("virtual_hosts[0].routes[0].redirect.path_rewrite: "),
    ]);
  });

  it.for([
    ["h.com:8080", {}, "https://h.com:8080/p"],
    ["h.com:443", {}, "https://h.com:443/p"],
    ["[::1]:80", {}, "https://[::1]/p"],
    ["[::1]", {}, "https://[::1]/p"],
    ["h.com:443", HTTPS, "https://h.com:443/p"],
    ["h.com:80", HTTPS, "https://h.com:80/p"],
  ] as const)("sends the host %s %j with https_redirect to %s", ([host, headers, location], { expect }) => {
    expect(locationOf({ httpsRedirect: true }, "/p", { ":authority": host, ...headers })).toBe(location);
  });

  it("drops 443 where https becomes http", ({ expect }) => {
    expect(locationOf({ schemeRedirect: "http" }, "/p", { ":authority": "h.com:443", ...HTTPS })).toBe(
      "http://h.com/p",
    );
  });

  it("drops any port for port_redirect, of an IPv6 address, too", ({ expect }) => {
    const hosts = ["h.com:8080", "[::1]:80", "h.com"];
    const locations = hosts.map((host) => locationOf({ portRedirect: 99 }, "/p", { ":authority": host }));
    expect(locations).toEqual(["http://h.com:99/p", "http://[::1]:99/p", "http://h.com:99/p"]);
  });

  it("replaces what the route's own specifier matched", ({ expect }) => {
    const redirect = { prefixRewrite: "/n" };
    const config = oneHost(
      { match: { path: "/e" }, redirect },
      { match: { safeRegex: { regex: "/r.*" } }, redirect },
      { match: { pathSeparatedPrefix: "/s" }, redirect },
    );
    const location = (path: string): string | undefined => {
      const request = requestFor(path);
      return replyOf(tableOf(config).match(request, { random: 0n })).location(request, newStreamInfo());
    };
    expect(["/e?q", "/r/x?q", "/s/x?q"].map(location)).toEqual([
      "http://h.com/n?q",
      "http://h.com/n?q",
      "http://h.com/n/x?q",
    ]);
  });

  it.for([
    [{}, 301],
    [{ responseCode: "FOUND" }, 302],
    [{ responseCode: "SEE_OTHER" }, 303],
    [{ responseCode: "TEMPORARY_REDIRECT" }, 307],
    [{ responseCode: "PERMANENT_REDIRECT" }, 308],
  ] as const)("answers %j with %d", ([redirect, status], { expect }) => {
    const route = replyOf(
      tableOf(oneHost({ match: { prefix: "/" }, redirect })).match(requestFor("/"), { random: 0n }),
    );
    expect([route.kind, route.status, route.body]).toEqual(["redirect", status, ""]);
  });
});

describe("compileDirectResponseBody", () => {
  const respond = (directResponse: NonNullable<Route["directResponse"]>): Route => ({
    match: { prefix: "/" },
    directResponse,
  });

  it("gives status, text and the request's own address", ({ expect }) => {
    const request = requestFor("/p?q");
    const route = replyOf(
      tableOf(oneHost(respond({ status: 201, body: { inlineString: "héllo" } }))).match(request, { random: 0n }),
    );
    expect([route.kind, route.status, route.body, route.location(request, newStreamInfo())]).toEqual([
      "direct_response",
      201,
      "héllo",
      "http://h.com/p?q",
    ]);
  });

  it("decodes bytes", ({ expect }) => {
    const table = tableOf(oneHost(respond({ status: 200, body: { inlineBytes: "aMOp" } })));
    expect(replyOf(table.match(requestFor("/"), { random: 0n })).body).toBe("hé");
  });

  it.for([
    [{ inlineString: "é".repeat(2049) }, {}, "response body size is 4098 bytes; maximum is 4096"],
    [{ inlineString: "abc" }, { maxDirectResponseBodySizeBytes: 2 }, "response body size is 3 bytes; maximum is 2"],
    [{ inlineBytes: "/w==" }, {}, "expected a body that is UTF-8 text"],
    [{ filename: "/etc/motd" }, {}, "expected inline_string or inline_bytes"],
  ] as const)("refuses %j under %j", ([body, limits, reason], { expect }) => {
    const config = { ...oneHost(respond({ status: 200, body })), ...limits };
    expect(problemsOf(config)).toEqual([`virtual_hosts[0].routes[0].direct_response.body: ${reason}`]);
  });

  it.for<readonly [fields: object, text: string, contentType: string]>([
    [{ textFormat: "<%LOCAL_REPLY_BODY%|%REQ(x-q)%|%RESP(x-a)%|%ROUTE_NAME%>" }, "<hé|Q|-|name>", "text/plain"],
    [{ textFormat: "<p>", contentType: "text/html" }, "<p>", "text/html"],
    [{ jsonFormat: { b: "%LOCAL_REPLY_BODY%" } }, '{"b":"hé"}\n', "application/json"],
    [{ textFormat: "%REQ(x-none)%", omitEmptyValues: true }, "", "text/plain"],
  ])("is formatted by body_format %j", ([bodyFormat, text, contentType], { expect }) => {
    const route = { ...respond({ status: 200, body: { inlineString: "hé" }, bodyFormat }), name: "name" };
    const request = requestFor("/", { "x-q": "Q" });
    const info = newStreamInfo();
    info.routeName = "name";
    const reply = replyOf(tableOf(oneHost(route)).match(request, { random: 0n }));
    expect(reply.formattedBody(request, info)).toEqual({ text, contentType });
  });

  it("is sent as it is without body_format", ({ expect }) => {
    const reply = replyOf(tableOf(oneHost(respond({ status: 200 }))).match(requestFor("/"), { random: 0n }));
    expect(reply.formattedBody(requestFor("/"), newStreamInfo())).toBe(undefined);
  });

  it("refuses a body_format that cannot be read", ({ expect }) => {
    const problems = problemsOf(oneHost(respond({ status: 200, bodyFormat: { textFormat: "%NO_SUCH%" } })));
    expect(problems).toEqual([expect.stringContaining("direct_response.body_format.text_format: ")]);
  });
});
