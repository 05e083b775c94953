import fc from "fast-check";
import { describe, it } from "vitest";
import { HeaderMap } from "../../../shared/http/header-map.ts";
import type { RouteTable } from "../../../shared/router/route.ts";
import type {
  EnvoyTypeMatcherStringMatcher,
  HeaderMatcher,
  QueryParameterMatcher,
  Route,
  RouteConfiguration,
  RouteMatch,
  VirtualHost,
} from "../../../shared/schema/envoy-types.ts";
import { type Destination, interpret, type PlainRequest } from "./linear-interpreter.ts";
import { tableOf } from "./route-table-harness.ts";

// Few words and short texts, so that routes overlap, shadow one another and nearly match.
const text = fc.stringMatching(/^[abAB]{0,2}$/);
const path = fc
  .array(fc.constantFrom("a", "b", "A", "ab", "", ";p=1", "a;q"), { maxLength: 4 })
  .map((segments) => `/${segments.join("/")}`);
const query = fc.constantFrom("", "?", "?a", "?a=b", "?b=a&a=ab", "?a=&a=b", "?ab=1");

const stringMatch: fc.Arbitrary<EnvoyTypeMatcherStringMatcher> = fc
  .tuple(fc.constantFrom("exact", "exact", "exact", "prefix", "suffix", "contains"), text, fc.boolean())
  .map(([kind, value, ignoreCase]) => ({ [kind]: value, ...(ignoreCase ? { ignoreCase } : {}) }));
const optional = <T>(name: string, values: fc.Arbitrary<T>): fc.Arbitrary<Record<string, T>> =>
  fc.oneof(
    fc.constant({}),
    values.map((value) => ({ [name]: value })),
  );
const merged = (...parts: fc.Arbitrary<object>[]): fc.Arbitrary<object> =>
  fc.tuple(...parts).map((values) => Object.assign({}, ...values) as object);

const headerMatcher: fc.Arbitrary<HeaderMatcher> = merged(
  fc.constantFrom({ name: "x-a" }, { name: "X-B" }, { name: ":method" }),
  fc.oneof(
    { arbitrary: stringMatch.map((value) => ({ stringMatch: value })), weight: 3 },
    { arbitrary: optional("presentMatch", fc.boolean()), weight: 1 },
  ),
  optional("invertMatch", fc.boolean()),
  optional("treatMissingHeaderAsEmpty", fc.boolean()),
);
const queryMatcher: fc.Arbitrary<QueryParameterMatcher> = merged(
  fc.constantFrom({ name: "a" }, { name: "b" }),
  fc.oneof(
    stringMatch.map((value) => ({ stringMatch: value })),
    optional("presentMatch", fc.boolean()),
  ),
);
const pathSpecifier = fc.oneof(
  path.map((value) => ({ path: value })),
  path.map((value) => ({ prefix: value })),
  path.map((value) => ({ pathSeparatedPrefix: value.replace(/\/*$/, "") || "/a" })),
  fc
    .constantFrom("/a.*", "/[ab]+", "/a/b?", "/ab*", ".*", "/a|/b", "(/a)*/b", "/A/.*")
    .map((regex) => ({ safeRegex: { regex } })),
);
const routeMatch: fc.Arbitrary<RouteMatch> = merged(
  pathSpecifier,
  optional("caseSensitive", fc.boolean()),
  optional("headers", fc.array(headerMatcher, { minLength: 1, maxLength: 3 })),
  optional("queryParameters", fc.array(queryMatcher, { minLength: 1, maxLength: 2 })),
  fc.oneof(
    { arbitrary: fc.constant({}), weight: 4 },
    { arbitrary: fc.constant({ grpc: {} }), weight: 1 },
    {
      arbitrary: fc.nat(100).map((numerator) => ({ runtimeFraction: { defaultValue: { numerator } } })),
      weight: 1,
    },
  ),
);
const action: fc.Arbitrary<Partial<Route>> = fc.oneof(
  fc.constant({ route: { cluster: "one" } }),
  fc.constant({ route: { clusterHeader: "x-b" } }),
  fc.constant({ directResponse: { status: 204 } }),
  fc.tuple(fc.array(fc.nat(3), { maxLength: 3 }), fc.boolean()).map(([weights, byHeader]) => ({
    route: {
      weightedClusters: {
        clusters: [...weights, 1].map((weight, at) => ({ name: `w${at}`, weight })),
        ...(byHeader ? { headerName: "x-a" } : {}),
      },
    },
  })),
);

const DOMAINS = ["*", "a.com", "*.a.com", "*.b.a.com", "a.*", "a.b.*", "*-a.com", "a.com:80", "B.com"];
const tables: fc.Arbitrary<RouteConfiguration> = fc
  .record({
    domains: fc.shuffledSubarray(DOMAINS, { minLength: 1 }),
    hosts: fc.array(
      fc.record({
        routes: fc.array(fc.tuple(routeMatch, action), { maxLength: 12 }),
        requireTls: fc.constantFrom<NonNullable<VirtualHost["requireTls"]>[]>(
          "NONE",
          "NONE",
          "NONE",
          "EXTERNAL_ONLY",
          "ALL",
        ),
      }),
      { minLength: 1, maxLength: 3 },
    ),
    ignorePortInHostMatching: fc.boolean(),
    ignorePathParametersInPathMatching: fc.boolean(),
  })
  .map(({ domains, hosts, ...flags }) => ({
    ...flags,
    virtualHosts: hosts.map(({ routes, requireTls }, at) => ({
      name: `host${at}`,
      domains: domains.filter((_, index) => index % hosts.length === at),
      requireTls,
      routes: routes.map(([match, act], index) => ({ name: `host${at}/${index}`, match, ...act })),
    })),
  }));

const requests: fc.Arbitrary<PlainRequest> = fc
  .record({
    target: fc.tuple(path, query).map((parts) => parts.join("")),
    host: fc.constantFrom(
      "a.com",
      "A.com",
      "x.a.com",
      ".a.com",
      "b.a.com",
      "x.b.a.com",
      "a.b.c",
      "a.",
      "x-a.com",
      "a.com:80",
      "c:1",
      "",
    ),
    method: fc.constantFrom("GET", "GET", "GET", "A", "CONNECT"),
    headers: fc.array(
      fc.tuple(fc.constantFrom("x-a", "x-b"), fc.oneof(text, fc.constantFrom("0", "7", "12345678901234567890"))),
      { maxLength: 3 },
    ),
    extras: fc.subarray([
      ["x-forwarded-proto", "https"],
      ["x-envoy-internal", "true"],
      ["content-type", "application/grpc+proto"],
    ] as const),
    random: fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }),
  })
  .map(({ target, host, method, headers, extras, random }) => ({
    headers: [[":method", method], [":authority", host], [":path", target], ...headers, ...extras],
    random,
  }));

function lookUp(table: RouteTable, { headers, random }: PlainRequest): Destination {
  const request = HeaderMap.from(headers);
  const match = table.match(request, { random });
  if (match.kind !== "route") return match;
  const { route } = match;
  const cluster = route.kind === "forward" ? route.clusterName(request) : undefined;
  return { kind: "route", name: route.name, cluster };
}

describe("compileRouteTable", () => {
  it("sends every request where a reading from first to last sends it", ({ expect }) => {
    const property = fc.property(tables, fc.array(requests, { minLength: 20, maxLength: 20 }), (config, samples) => {
      const table = tableOf(config);
      const compiled = samples.map((request) => lookUp(table, request));
      expect(compiled).toEqual(samples.map((request) => interpret(config, request)));
    });
    fc.assert(property, { seed: 20_260_102, numRuns: 3000 });
  });

  it("divides routes on one path by their headers without changing which comes first", ({ expect }) => {
    const many = fc.array(
      fc.tuple(
        fc.array(headerMatcher, { minLength: 1, maxLength: 2 }),
        fc.constantFrom({ path: "/a" }, { prefix: "/" }),
      ),
      { minLength: 10, maxLength: 40 },
    );
    const property = fc.property(many, fc.array(requests, { minLength: 20, maxLength: 20 }), (matches, samples) => {
      const routes = matches.map(([headers, specifier], at) => ({
        name: String(at),
        match: { ...specifier, headers },
        directResponse: { status: 200 },
      }));
      const config = { virtualHosts: [{ name: "v", domains: ["*"], routes }] };
      const table = tableOf(config);
      const compiled = samples.map((request) => lookUp(table, request));
      expect(compiled).toEqual(samples.map((request) => interpret(config, request)));
    });
    fc.assert(property, { seed: 20_260_103, numRuns: 500 });
  });
});
