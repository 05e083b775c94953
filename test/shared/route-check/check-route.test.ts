import { describe, it } from "vitest";
import { checkRoute } from "../../../shared/route-check/check-route.ts";
import { readRouteTests } from "../../../shared/route-check/read-route-tests.ts";
import type { RouteTable } from "../../../shared/router/route.ts";
import { oneHost, tableOf } from "../router/route-table-harness.ts";

const TABLE = tableOf(
  oneHost(
    { match: { path: "/moved" }, redirect: { pathRedirect: "/new" } },
    { match: { path: "/created" }, directResponse: { status: 201 } },
    {
      match: { prefix: "/old" },
      route: { cluster: "a", prefixRewrite: "/new", hostRewriteLiteral: "new.com" },
      responseHeadersToAdd: [{ header: { key: "x-r", value: "%ROUTE_NAME%1" } }],
    },
  ),
);

function failuresOf(input: object, validate: object, table: RouteTable = TABLE): readonly string[] {
  const tests = readRouteTests({ tests: [{ test_name: "t", input: { authority: "h.com", ...input }, validate }] });
  return tests.ok ? tests.value.flatMap((test) => checkRoute(table, test).failures) : [tests.error];
}

describe("checkRoute", () => {
  it("asks for the virtual cluster of requests that are sent on", ({ expect }) => {
    const virtualClusters = [{ name: "writes", headers: [{ name: ":method", stringMatch: { exact: "POST" } }] }];
    const routes = [{ match: { prefix: "/" }, route: { cluster: "a" } }];
    const table = tableOf({ virtualHosts: [{ name: "all", domains: ["*"], virtualClusters, routes }] });
    const failures = (method: string, name: string): readonly string[] =>
      failuresOf({ path: "/", method }, { virtual_cluster_name: name }, table);
    expect(failures("POST", "writes")).toEqual([]);
    expect(failures("GET", "other")).toEqual([]);
    expect(failures("GET", "writes")).toEqual(['virtual_cluster_name: expected "writes", got "other"']);
  });

  it("has nothing to say where everything is as expected, or nothing is", ({ expect }) => {
    const validate = {
      cluster_name: "a",
      virtual_host_name: "all",
      path_redirect: "",
      path_rewrite: "/new/x",
      host_rewrite: "new.com",
      request_header_matches: [{ name: "x-envoy-original-path", string_match: { exact: "/old/x" } }],
      response_header_matches: [{ name: "x-r", string_match: { exact: "1" } }],
    };
    expect(failuresOf({ path: "/old/x" }, validate)).toEqual([]);
    expect(failuresOf({ path: "/old/x" }, {})).toEqual([]);
  });

  it("names every expectation that failed, and what it found", ({ expect }) => {
    const validate = {
      cluster_name: "b",
      virtual_host_name: "v",
      path_redirect: "http://x/",
      path_rewrite: "/old/x",
      host_rewrite: "h.com",
      request_header_matches: [{ name: "x-none" }],
      response_header_matches: [{ name: "x-r", string_match: { exact: "2" } }],
    };
    expect(failuresOf({ path: "/old/x" }, validate)).toEqual([
      'cluster_name: expected "b", got "a"',
      'virtual_host_name: expected "v", got "all"',
      'path_redirect: expected "http://x/", got ""',
      'path_rewrite: expected "/old/x", got "/new/x"',
      'host_rewrite: expected "h.com", got "new.com"',
      'request_header_matches: x-none is not there, which does not match {"name":"x-none"}',
      'response_header_matches: x-r is "1", which does not match {"name":"x-r","stringMatch":{"exact":"2"}}',
    ]);
  });

  it("finds neither cluster nor rewrites in a redirect", ({ expect }) => {
    const validate = { cluster_name: "", path_redirect: "https://h.com/new", path_rewrite: "", host_rewrite: "" };
    expect(failuresOf({ path: "/moved", ssl: true }, validate)).toEqual([]);
  });

  it("does not take the location of a direct response for a redirect", ({ expect }) => {
    expect(failuresOf({ path: "/created" }, { path_redirect: "" })).toEqual([]);
  });

  it("finds nothing where no route matches", ({ expect }) => {
    expect(failuresOf({ path: "/none" }, { cluster_name: "", virtual_host_name: "", path_rewrite: "" })).toEqual([]);
  });
});

describe("readRouteTests", () => {
  const refusal = (data: unknown): string | undefined => {
    const tests = readRouteTests(data);
    return tests.ok ? undefined : tests.error;
  };
  const one = (test: object): unknown => ({
    tests: [{ test_name: "t", input: { authority: "h", path: "/" }, validate: {}, ...test }],
  });

  it("reads everything that a test can say", ({ expect }) => {
    const input = {
      authority: "h.com",
      path: "/p",
      method: "POST",
      internal: true,
      ssl: true,
      random_value: 18_446_744_073_709_551_615n,
      additional_request_headers: [{ key: "a", value: "b" }],
      runtime: "k",
      additional_response_headers: [{ key: "c" }],
    };
    expect(readRouteTests(one({ input, validate: { cluster_name: "x" } }))).toEqual({
      ok: true,
      value: [
        {
          name: "t",
          input: {
            authority: "h.com",
            path: "/p",
            method: "POST",
            internal: true,
            ssl: true,
            randomValue: 2n ** 64n - 1n,
            runtime: "k",
            additionalRequestHeaders: [["a", "b"]],
            additionalResponseHeaders: [["c", ""]],
          },
          validate: { clusterName: "x", requestHeaderMatches: [], responseHeaderMatches: [] },
        },
      ],
    });
  });

  it("accepts a file without tests", ({ expect }) => {
    expect(readRouteTests({ tests: [] })).toEqual({ ok: true, value: [] });
  });

  it.for([
    [[], "the file: expected an object with tests"],
    [{ test: [] }, "the file: unknown field test; known are tests"],
    [{ tests: {} }, "tests: expected a list"],
    [one({ test_name: 1 }), "tests[0].test_name: expected a text, got 1"],
    [one({ input: { authority: "h" } }), "tests[0].input.path: expected a text, got undefined"],
    [
      one({ input: { authority: "h", path: "/", runtimes: "k" } }),
      "tests[0].input: unknown field runtimes; known are ",
    ],
    [
      one({ input: { authority: "h", path: "/", random_value: -1 } }),
      "tests[0].input.random_value: expected a whole number",
    ],
    [
      one({ validate: { request_header_matches: [{ name: "x", nam: 1 }] } }),
      "tests[0].validate.request_header_matches[0]: nam: ",
    ],
  ] as const)("refuses %j", ([data, reason], { expect }) => {
    expect(refusal(data)).toContain(reason);
  });
});
