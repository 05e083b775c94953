import { describe, it } from "vitest";
import { DomainIndex } from "../../../shared/router/domain-index.ts";
import type { MatchTrace } from "../../../shared/router/route.ts";
import { oneHost, problemsOf, requestFor, routeOf, tableOf } from "./route-table-harness.ts";

function indexOf(...patterns: readonly string[]): DomainIndex<string> {
  const index = new DomainIndex<string>();
  for (const pattern of patterns) index.add(pattern, pattern);
  return index;
}

describe("DomainIndex", () => {
  const index = indexOf(
    "*",
    "foo.com",
    "*.foo.com",
    "*.bar.foo.com",
    "*-x.foo.com",
    "foo.*",
    "foo-*",
    "foo.bar.*",
    "a*b",
  );

  it.for([
    ["foo.com", "foo.com"],
    ["FOO.com", "foo.com"],
    ["a.foo.com", "*.foo.com"],
    ["a.b.foo.com", "*.foo.com"],
    ["a.bar.foo.com", "*.bar.foo.com"],
    ["bar.foo.com", "*.foo.com"],
    ["a-x.foo.com", "*-x.foo.com"],
    ["-x.foo.com", "*.foo.com"],
    [".foo.com", "*"],
    ["foo.de", "foo.*"],
    ["foo.bar.de", "foo.bar.*"],
    ["foo.", "*"],
    ["foo-1", "foo-*"],
    ["foo.com:80", "foo.*"],
    ["a*b", "a*b"],
    ["axb", "*"],
    ["other", "*"],
    ["", "*"],
  ] as const)("finds for the host %j the pattern %s", ([host, pattern], { expect }) => {
    expect(index.find(host)).toBe(pattern);
  });

  it("prefers a suffix wildcard to a longer prefix wildcard", ({ expect }) => {
    expect(indexOf("*.com", "www.foo.*").find("www.foo.com")).toBe("*.com");
  });

  it("finds nothing where nothing fits", ({ expect }) => {
    expect(indexOf("foo.com", "*.foo.com").find("bar.com")).toBe(undefined);
  });

  it.for([
    ["foo.com", "FOO.COM"],
    ["*.foo.com", "*.Foo.com"],
    ["foo.*", "foo.*"],
  ] as const)("refuses %s beside %s", ([first, second], { expect }) => {
    expect(indexOf(first).add(second, "again")).toBe("duplicate");
  });

  it("refuses a second *", ({ expect }) => {
    expect(indexOf("*").add("*", "again")).toBe("second wildcard");
  });
});

describe("compileRouteTable, virtual hosts", () => {
  const reply = (name: string) => ({ name, match: { prefix: "/" }, directResponse: { status: 200 } });
  const host = (domain: string) => ({ name: domain, domains: [domain], routes: [reply(domain)] });

  it("reports every domain that is there twice, in Envoy's words", ({ expect }) => {
    const config = { name: "rc", virtualHosts: [host("a.com"), host("*"), host("A.com"), host("*")] };
    expect(problemsOf(config)).toEqual([
      "virtual_hosts[2].domains[0]: Only unique values for domains are permitted. Duplicate entry of domain a.com in route rc",
      "virtual_hosts[3].domains[0]: Only a single wildcard domain is permitted in route rc",
    ]);
  });

  it("never leaves the virtual host once it is chosen", ({ expect }) => {
    const config = { virtualHosts: [{ name: "a", domains: ["h.com"], routes: [] }, host("*")] };
    expect(tableOf(config).match(requestFor("/"), { random: 0n }).kind).toBe("none");
  });

  it("uses a single * without looking at the host", ({ expect }) => {
    const request = requestFor("/");
    request.remove(":authority");
    expect(tableOf(oneHost(reply("any"))).match(request, { random: 0n }).kind).toBe("route");
  });

  it("compares the port with the domain unless it is ignored", ({ expect }) => {
    const virtualHosts = [host("h.com"), host("[::1]"), host("*")];
    const nameFor = (authority: string, ignorePortInHostMatching: boolean): string =>
      routeOf(
        tableOf({ virtualHosts, ignorePortInHostMatching }).match(requestFor("/", { ":authority": authority }), {
          random: 0n,
        }),
      ).name;
    expect(["h.com:80", "[::1]:80", "[::1]"].map((authority) => nameFor(authority, true))).toEqual([
      "h.com",
      "[::1]",
      "[::1]",
    ]);
    expect(nameFor("h.com:80", false)).toBe("*");
  });

  it.for<readonly [headers: Readonly<Record<string, string>>, name: string | undefined]>([
    [{ ":authority": "a.com" }, undefined],
    [{ "x-v": "a.com" }, "a.com"],
    [{ "x-v": "A.com" }, "a.com"],
    [{ "x-v": "A.com:80" }, "*"],
    [{ "x-v": "x.b.com" }, "*.b.com"],
  ])("looks with vhost_header for %j and finds %s", ([headers, name], { expect }) => {
    const table = tableOf({ vhostHeader: "X-V", virtualHosts: [host("a.com"), host("*.b.com"), host("*")] });
    const trace: MatchTrace = { virtualHostName: undefined, candidatesExamined: 0 };
    table.match(requestFor("/", headers), { random: 0n }, trace);
    expect(trace.virtualHostName).toBe(name);
  });

  it("takes of a repeated vhost_header the first value, without its port where ports are ignored", ({ expect }) => {
    const virtualHosts = [host("a.com"), host("b.com")];
    const table = tableOf({ vhostHeader: "x-v", ignorePortInHostMatching: true, virtualHosts });
    const request = requestFor("/", { "x-v": "a.com:80" });
    request.add("x-v", "b.com");
    expect(routeOf(table.match(request, { random: 0n })).name).toBe("a.com");
  });

  it("does without vhost_header where there is only one virtual host for everything", ({ expect }) => {
    const table = tableOf({ vhostHeader: "x-v", virtualHosts: [host("*")] });
    expect(table.match(requestFor("/"), { random: 0n }).kind).toBe("route");
  });

  const proto = (value: string, internal = "false") => ({ "x-forwarded-proto": value, "x-envoy-internal": internal });
  it.for([
    ["NONE", proto("http"), "route"],
    ["ALL", proto("http"), "require_tls"],
    ["ALL", proto("http", "true"), "require_tls"],
    ["ALL", proto("https"), "route"],
    ["EXTERNAL_ONLY", proto("http"), "require_tls"],
    ["EXTERNAL_ONLY", proto("http", "true"), "route"],
    ["EXTERNAL_ONLY", proto("https"), "route"],
  ] as const)("with require_tls %s and %j gives %s", ([requireTls, headers, kind], { expect }) => {
    const table = tableOf({ virtualHosts: [{ ...host("*"), requireTls }] });
    expect(table.match(requestFor("/", headers), { random: 0n }).kind).toBe(kind);
  });

  it("redirects to the same address with https, the port included", ({ expect }) => {
    const table = tableOf({ virtualHosts: [{ ...host("*"), requireTls: "ALL" }] });
    const match = table.match(requestFor("/p?q=1", { ":authority": "h.com:80" }), { random: 0n });
    expect(match).toEqual({ kind: "require_tls", location: "https://h.com:80/p?q=1" });
  });
});
