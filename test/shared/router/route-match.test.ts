import { describe, it } from "vitest";
import type { MatchTrace } from "../../../shared/router/route.ts";
import type { Route, RouteMatch } from "../../../shared/schema/envoy-types.ts";
import { newStreamInfo, oneHost, problemsOf, requestFor, routeOf, tableOf } from "./route-table-harness.ts";

const reply = (match: RouteMatch, name = ""): Route => ({ name, match, directResponse: { status: 200 } });

function isMatch(match: RouteMatch, path: string, headers: Readonly<Record<string, string>> = {}): boolean {
  return tableOf(oneHost(reply(match))).match(requestFor(path, headers), { random: 0n }).kind === "route";
}

const template = (pathTemplate: string): RouteMatch => ({
  pathMatchPolicy: {
    name: "template",
    typedConfig: {
      "@type": "type.googleapis.com/envoy.extensions.path.match.uri_template.v3.UriTemplateMatchConfig",
      pathTemplate,
    },
  },
});

const PATHS = ["/app", "/app/", "/app/x", "/app10", "/APP", "/app?x=1"];

describe("compileRouteTable, path specifiers", () => {
  it.for([
    [{ prefix: "/app" }, ["/app", "/app/", "/app/x", "/app10", "/app?x=1"]],
    [{ prefix: "/app", caseSensitive: false }, PATHS],
    [{ prefix: "/app/" }, ["/app/", "/app/x"]],
    [{ path: "/app" }, ["/app", "/app?x=1"]],
    [{ path: "/aPP", caseSensitive: false }, ["/app", "/APP", "/app?x=1"]],
    [{ pathSeparatedPrefix: "/app" }, ["/app", "/app/", "/app/x", "/app?x=1"]],
    [{ pathSeparatedPrefix: "/App", caseSensitive: false }, ["/app", "/app/", "/app/x", "/APP", "/app?x=1"]],
    [{ safeRegex: { regex: "/app" } }, ["/app", "/app?x=1"]],
    [{ safeRegex: { regex: "/app.*" } }, ["/app", "/app/", "/app/x", "/app10", "/app?x=1"]],
    [{ safeRegex: { regex: "/APP", googleRe2: {} }, caseSensitive: false }, ["/APP"]],
  ] as const)("matches with %j the paths %j", ([match, paths], { expect }) => {
    expect(PATHS.filter((path) => isMatch(match, path))).toEqual(paths);
  });

  it("leaves path parameters in what a template is matched against, as Envoy does", ({ expect }) => {
    const config = oneHost(reply(template("/a/*"), "plain"), reply(template("/a;p/*"), "with"));
    const table = tableOf({ ...config, ignorePathParametersInPathMatching: true });
    expect(routeOf(table.match(requestFor("/a;p/b"), { random: 0n })).name).toBe("with");
  });

  it("compares non-ASCII text as the bytes of its UTF-8 form", ({ expect }) => {
    expect([isMatch({ path: "/é" }, "/\u00c3\u00a9"), isMatch({ path: "/é" }, "/é")]).toEqual([true, false]);
  });

  it("ignores a fragment", ({ expect }) => {
    expect(isMatch({ path: "/a" }, "/a#f?x")).toBe(true);
  });

  it("leaves out path parameters, each up to the next slash, where that is wanted", ({ expect }) => {
    const config = oneHost(reply({ path: "/a/b" }, "ab"), reply({ path: "/a;p=1/b;q" }, "literal"));
    const nameFor = (ignorePathParametersInPathMatching: boolean): string =>
      routeOf(
        tableOf({ ...config, ignorePathParametersInPathMatching }).match(requestFor("/a;p=1/b;q?x"), { random: 0n }),
      ).name;
    expect([nameFor(true), nameFor(false)]).toEqual(["ab", "literal"]);
  });

  it("matches CONNECT with a connect matcher and with nothing else", ({ expect }) => {
    const matches = [{ prefix: "" }, { safeRegex: { regex: ".*" } }, { connectMatcher: {} }];
    expect(matches.map((match) => isMatch(match, "/", { ":method": "CONNECT" }))).toEqual([false, false, true]);
    expect(isMatch({ connectMatcher: {} }, "/")).toBe(false);
  });

  it("wants the other matchers of a CONNECT route, too, and takes the first that matches", ({ expect }) => {
    const wantsHeader = { connectMatcher: {}, headers: [{ name: "x-a" }] };
    const table = tableOf(oneHost(reply({ prefix: "" }), reply(wantsHeader, "a"), reply({ connectMatcher: {} }, "b")));
    const nameFor = (headers: Record<string, string>): string =>
      routeOf(table.match(requestFor("/", { ":method": "CONNECT", ...headers }), { random: 0n })).name;
    expect([nameFor({ "x-a": "1" }), nameFor({})]).toEqual(["a", "b"]);
  });

  it("matches a path template against the path without its query, whatever case_sensitive says", ({ expect }) => {
    const match = { ...template("/Users/{id}/**"), caseSensitive: false };
    const paths = ["/Users/7/", "/Users/7/a/b?q", "/users/7/a", "/Users//a", "/Users/7"];
    expect(paths.filter((path) => isMatch(match, path))).toEqual(["/Users/7/", "/Users/7/a/b?q"]);
  });

  it.for([
    [{}, "expected a path specifier"],
    [template("/{a}/{a}"), 'match.path_match_policy.typed_config.path_template: invalid template: the variable "a"'],
    [{ pathMatchPolicy: { name: "x", typedConfig: { "@type": "other" } } }, "expected a path matcher of type"],
    [{ safeRegex: { regex: "(" } }, "missing ): ("],
  ] as const)("refuses %j", ([match, reason], { expect }) => {
    expect(problemsOf(oneHost(reply(match)))).toEqual([expect.stringContaining(reason)]);
  });
});

describe("compileRouteTable, other matchers", () => {
  const prefix = "/";

  it("wants all headers", ({ expect }) => {
    const match = { prefix, headers: [{ name: "X-A", stringMatch: { exact: "1" } }, { name: "x-b" }] };
    const answers = [{ "x-a": "1", "x-b": "" }, { "x-a": "1" }, { "x-b": "1" }].map((headers) =>
      isMatch(match, "/", headers),
    );
    expect(answers).toEqual([true, false, false]);
  });

  it("wants all query parameters", ({ expect }) => {
    const match = { prefix, queryParameters: [{ name: "a", stringMatch: { exact: "1" } }, { name: "b" }] };
    expect(["/?a=1&b", "/?a=1", "/?a=2&b", "/"].map((path) => isMatch(match, path))).toEqual([
      true,
      false,
      false,
      false,
    ]);
  });

  it("wants all cookies", ({ expect }) => {
    const cookies = [
      { name: "a", stringMatch: { exact: "1" } },
      { name: "b", stringMatch: { exact: "2" }, invertMatch: true },
    ];
    const given = ["a=1", "a=1; b=2", "b=3", "b=3;a=1"];
    expect(given.filter((cookie) => isMatch({ prefix, cookies }, "/", { cookie }))).toEqual(["a=1", "b=3;a=1"]);
  });

  it.for([
    [{ presented: true }, ["trusted", "unknown"]],
    [{ presented: false }, ["none", "plain"]],
    [{ validated: true }, ["trusted"]],
    [{ validated: false }, ["unknown", "none", "plain"]],
    [{ presented: true, validated: false }, ["unknown"]],
    [{}, ["trusted", "unknown", "none", "plain"]],
  ] as const)("asks with tls_context %j for the client's certificate", ([tlsContext, wanted], { expect }) => {
    const table = tableOf(oneHost(reply({ prefix, tlsContext })));
    const connections = {
      trusted: { peerCertificate: { validated: true } },
      unknown: { peerCertificate: { validated: false } },
      none: {},
      plain: undefined,
    };
    const matching = Object.entries(connections).filter(([, tlsConnection]) => {
      const info = newStreamInfo({ tlsConnection });
      return table.match(requestFor("/"), { random: 0n, info }).kind === "route";
    });
    expect(matching.map(([name]) => name)).toEqual(wanted);
  });

  it("asks for dynamic metadata, of which there is none where nothing is known of the stream", ({ expect }) => {
    const matcher = { filter: "ns", path: [{ key: "a" }], value: { stringMatch: { exact: "x" } } };
    const table = tableOf(oneHost(reply({ prefix, dynamicMetadata: [matcher] })));
    const info = newStreamInfo();
    const kinds = [table.match(requestFor("/"), { random: 0n, info }).kind];
    info.mergeMetadata("ns", { a: "x" });
    kinds.push(table.match(requestFor("/"), { random: 0n, info }).kind);
    kinds.push(table.match(requestFor("/"), { random: 0n }).kind);
    expect(kinds).toEqual(["none", "route", "none"]);
  });

  it("takes gRPC by its content type", ({ expect }) => {
    const types = ["application/grpc", "application/grpc+proto", "application/grpc-web", "application/json"];
    const answers = types.map((type) => isMatch({ prefix, grpc: {} }, "/", { "content-type": type }));
    expect(answers).toEqual([true, true, false, false]);
  });

  it("compares the stream's random value with a runtime fraction", ({ expect }) => {
    const match = { prefix, runtimeFraction: { defaultValue: { numerator: 25 } } };
    const table = tableOf(oneHost(reply(match)));
    const answers = [24n, 25n, 124n, 2n ** 64n - 1n].map((random) => table.match(requestFor("/"), { random }).kind);
    expect(answers).toEqual(["route", "none", "route", "route"]);
  });
});

describe("compileRouteTable, order", () => {
  it("takes the first route that matches, however narrow a later one is", ({ expect }) => {
    const table = tableOf(oneHost(reply({ prefix: "/" }, "broad"), reply({ path: "/a" }, "exact")));
    expect(routeOf(table.match(requestFor("/a"), { random: 0n })).name).toBe("broad");
  });

  it("goes on to later routes where an earlier one wants more than the path", ({ expect }) => {
    const headers = [{ name: "x-a", stringMatch: { prefix: "1" } }];
    const table = tableOf(oneHost(reply({ path: "/a", headers }, "first"), reply({ prefix: "/" }, "second")));
    expect(routeOf(table.match(requestFor("/a"), { random: 0n })).name).toBe("second");
  });

  it("blocks /admin and what is below it, and lets /app1 match /app10", ({ expect }) => {
    const table = tableOf(
      oneHost(
        reply({ pathSeparatedPrefix: "/admin" }, "blocked"),
        reply({ prefix: "/app1" }, "app1"),
        reply({ prefix: "/" }, "rest"),
      ),
    );
    const nameFor = (path: string): string => routeOf(table.match(requestFor(path), { random: 0n })).name;
    const paths = ["/admin", "/admin/x", "/admin?x", "/administrator", "/app1", "/app10", "/app2"];
    expect(paths.map(nameFor)).toEqual(["blocked", "blocked", "blocked", "rest", "app1", "app1", "rest"]);
  });
});

describe("compileRouteTable, candidates", () => {
  const examined = (routes: readonly Route[], path: string, headers: Readonly<Record<string, string>> = {}): number => {
    const trace: MatchTrace = { virtualHostName: undefined, candidatesExamined: 0 };
    tableOf(oneHost(...routes)).match(requestFor(path, headers), { random: 0n }, trace);
    return trace.candidatesExamined;
  };
  const hundred = (match: (at: number) => RouteMatch): Route[] =>
    Array.from({ length: 100 }, (_, at) => reply(match(at)));

  it.for([
    ["whole paths", (at: number) => ({ path: `/r${at}` }), "/r77"],
    ["prefixes", (at: number) => ({ prefix: `/r${at}/` }), "/r77/x"],
    ["prefixes without case", (at: number) => ({ prefix: `/r${at}/`, caseSensitive: false }), "/R77/x"],
    ["regexes with a literal beginning", (at: number) => ({ safeRegex: { regex: `/r${at}/[a-z]+` } }), "/r77/x"],
  ] as const)("examines one of a hundred %s", ([, match, path], { expect }) => {
    expect(examined(hundred(match), path)).toBe(1);
  });

  it("examines one of a hundred routes on one path that want different headers", ({ expect }) => {
    const routes = hundred((at) => ({ prefix: "/", headers: [{ name: "x-t", stringMatch: { exact: `t${at}` } }] }));
    expect([
      examined(routes, "/", { "x-t": "t77" }),
      examined(routes, "/", { "x-t": "none" }),
      examined(routes, "/"),
    ]).toEqual([1, 0, 0]);
  });

  it("divides by a second header where the first leaves many", ({ expect }) => {
    const exact = (name: string, value: number) => ({ name, stringMatch: { exact: String(value) } });
    const routes = hundred((at) => ({
      prefix: "/",
      headers: [exact("x-a", at % 10), exact("x-b", Math.floor(at / 10))],
    }));
    expect(examined(routes, "/", { "x-a": "7", "x-b": "3" })).toBe(1);
  });

  it("examines every regex that begins with anything", ({ expect }) => {
    expect(
      examined(
        hundred((at) => ({ safeRegex: { regex: `.*/r${at}` } })),
        "/none",
      ),
    ).toBe(100);
  });

  it("finds its way through prefixes nested as deep as they are long", ({ expect }) => {
    const nested = Array.from({ length: 5000 }, (_, at) => reply({ prefix: `/${"a".repeat(5000 - at)}` }, String(at)));
    const table = tableOf(oneHost(...nested));
    expect(routeOf(table.match(requestFor(`/${"a".repeat(1234)}b`), { random: 0n })).name).toBe(String(5000 - 1234));
  });

  it("names the virtual host", ({ expect }) => {
    const trace: MatchTrace = { virtualHostName: undefined, candidatesExamined: 7 };
    tableOf(oneHost()).match(requestFor("/"), { random: 0n }, trace);
    expect(trace).toEqual({ virtualHostName: "all", candidatesExamined: 0 });
  });
});

describe("compileRouteTable, metadata", () => {
  it("keeps that of the route and that of its virtual host", ({ expect }) => {
    const routes = [{ ...reply({ prefix: "/" }), metadata: { filterMetadata: { ns: { a: "route" } } } }];
    const metadata = { filterMetadata: { ns: { a: "host" } } };
    const table = tableOf({ virtualHosts: [{ name: "v", domains: ["*"], routes, metadata }] });
    const route = routeOf(table.match(requestFor("/"), { random: 0n }));
    expect([route.metadata, route.virtualHostMetadata]).toEqual([{ ns: { a: "route" } }, { ns: { a: "host" } }]);
  });
});
