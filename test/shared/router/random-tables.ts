import fc from "fast-check";
import type {
  CookieMatcher,
  EnvoyTypeMatcherStringMatcher,
  HeaderMatcher,
  MatcherMatcher,
  MatcherMatcherMatcherListPredicate,
  MatcherMatcherOnMatch,
  MetadataMatcher,
  QueryParameterMatcher,
  Route,
  RouteConfiguration,
  RouteMatch,
  VirtualHost,
} from "../../../shared/schema/envoy-types.ts";
import type { PlainRequest } from "./linear-interpreter.ts";

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
const cookieMatcher: fc.Arbitrary<CookieMatcher> = merged(
  fc.constantFrom({ name: "a" }, { name: "b" }),
  stringMatch.map((value) => ({ stringMatch: value })),
  optional("invertMatch", fc.boolean()),
);
const metadataMatcher: fc.Arbitrary<MetadataMatcher> = merged(
  fc.constantFrom({ filter: "ns" }, { filter: "other" }),
  fc.constantFrom({ path: [{ key: "a" }] }, { path: [{ key: "b" }] }),
  fc.oneof(
    stringMatch.map((value) => ({ value: { stringMatch: value } })),
    fc.boolean().map((presentMatch) => ({ value: { presentMatch } })),
  ),
  optional("invert", fc.boolean()),
);
const template = fc
  .constantFrom("/*", "/**", "/a/*", "/a/**", "/{x}/b", "/{x=a/*}", "/*/{y=**}", "/{x}/{y}", "/a/", "/**/b")
  .map((pathTemplate) => ({
    pathMatchPolicy: {
      name: "template",
      typedConfig: {
        "@type": "type.googleapis.com/envoy.extensions.path.match.uri_template.v3.UriTemplateMatchConfig",
        pathTemplate,
      },
    },
  }));
const pathSpecifier = fc.oneof(
  path.map((value) => ({ path: value })),
  path.map((value) => ({ prefix: value })),
  path.map((value) => ({ pathSeparatedPrefix: value.replace(/\/*$/, "") || "/a" })),
  fc
    .constantFrom("/a.*", "/[ab]+", "/a/b?", "/ab*", ".*", "/a|/b", "(/a)*/b", "/A/.*")
    .map((regex) => ({ safeRegex: { regex } })),
  template,
  fc.constant({ connectMatcher: {} }),
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
  fc.oneof(
    { arbitrary: fc.constant({}), weight: 6 },
    { arbitrary: fc.array(cookieMatcher, { minLength: 1, maxLength: 2 }).map((cookies) => ({ cookies })), weight: 1 },
    {
      arbitrary: merged(optional("presented", fc.boolean()), optional("validated", fc.boolean())).map((tlsContext) => ({
        tlsContext,
      })),
      weight: 1,
    },
    { arbitrary: metadataMatcher.map((matcher) => ({ dynamicMetadata: [matcher] })), weight: 1 },
  ),
);
const hashPolicy = fc.array(
  fc.record({ header: fc.constantFrom({ headerName: "x-a" }, { headerName: "x-b" }), terminal: fc.boolean() }),
  { maxLength: 3 },
);
const action: fc.Arbitrary<Partial<Route>> = fc.oneof(
  fc.constant({ route: { cluster: "one" } }),
  fc.constant({ route: { clusterHeader: "x-b" } }),
  fc.constant({ directResponse: { status: 204 } }),
  fc
    .tuple(
      fc.array(fc.nat(3), { maxLength: 3 }),
      fc.constantFrom({}, { headerName: "x-a" }, { useHashPolicy: true }),
      hashPolicy,
    )
    .map(([weights, by, policies]) => ({
      route: {
        weightedClusters: { clusters: [...weights, 1].map((weight, at) => ({ name: `w${at}`, weight })), ...by },
        hashPolicy: policies,
      },
    })),
);

/** A matcher that leads to the routes of a list, each of them somewhere. */
function matcherOver(routes: readonly Route[]): fc.Arbitrary<MatcherMatcher> {
  const any = (type: string, fields: object) => ({ "@type": `type.googleapis.com/${type}`, ...fields });
  const input = fc.constantFrom("x-a", "X-B", ":path").map((headerName) => ({
    name: "i",
    typedConfig: any("envoy.type.matcher.v3.HttpRequestHeaderMatchInput", { headerName }),
  }));
  const toRoute = fc.constantFrom(...routes).map((route) => any("envoy.config.route.v3.Route", route));
  const toList = fc
    .subarray([...routes], { minLength: 1 })
    .map((chosen) => any("envoy.config.route.v3.RouteList", { routes: chosen }));
  const action = fc.oneof(toRoute, toList).map((typedConfig) => ({ action: { name: "a", typedConfig } }));
  const { matcher } = fc.letrec<{
    matcher: MatcherMatcher;
    onMatch: MatcherMatcherOnMatch;
    predicate: MatcherMatcherMatcherListPredicate;
  }>((tie) => ({
    predicate: fc.oneof(
      { maxDepth: 2 },
      fc.record({ singlePredicate: fc.record({ input, valueMatch: stringMatch }) }),
      tie("predicate").map((notMatcher) => ({ notMatcher })),
      fc.array(tie("predicate"), { minLength: 2, maxLength: 2 }).map((predicate) => ({ orMatcher: { predicate } })),
      fc.array(tie("predicate"), { minLength: 2, maxLength: 2 }).map((predicate) => ({ andMatcher: { predicate } })),
    ),
    onMatch: fc.oneof(
      { maxDepth: 2 },
      action,
      tie("matcher").map((inner) => ({ matcher: inner })),
    ),
    matcher: merged(
      fc.oneof(
        fc
          .array(fc.record({ predicate: tie("predicate"), onMatch: tie("onMatch") }), { minLength: 1, maxLength: 3 })
          .map((matchers) => ({ matcherList: { matchers } })),
        fc
          .tuple(
            input,
            fc.constantFrom("exactMatchMap", "prefixMatchMap"),
            fc.dictionary(fc.constantFrom("", "a", "ab", "b", "/", "/a"), tie("onMatch"), { minKeys: 1, maxKeys: 3 }),
          )
          .map(([from, kind, map]) => ({ matcherTree: { input: from, [kind]: { map } } })),
      ),
      optional("onNoMatch", tie("onMatch")),
    ),
  }));
  return matcher;
}

const DOMAINS = ["*", "a.com", "*.a.com", "*.b.a.com", "a.*", "a.b.*", "*-a.com", "a.com:80", "B.com"];
/** Route configurations with up to three virtual hosts. */
export const tables: fc.Arbitrary<RouteConfiguration> = fc
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
    byHeader: fc.constantFrom({}, {}, {}, { vhostHeader: "X-A" }),
  })
  .map(({ domains, hosts, byHeader, ...flags }) => ({
    ...flags,
    ...byHeader,
    virtualHosts: hosts.map(({ routes, requireTls }, at) => ({
      name: `host${at}`,
      domains: domains.filter((_, index) => index % hosts.length === at),
      requireTls,
      routes: routes.map(([match, act], index) => ({ name: `host${at}/${index}`, match, ...act })),
    })),
  }));

/** Requests that have something to do with them. */
export const requests: fc.Arbitrary<PlainRequest> = fc
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
      ["cookie", "a=a; b=ab"],
      ["cookie", "b=; a"],
    ] as const),
    random: fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }),
    certificate: fc.constantFrom("none", "unknown", "trusted"),
    metadata: fc.oneof(fc.constant({}), fc.record({ a: text }), fc.record({ b: text })),
  })
  .map(({ target, host, method, headers, extras, ...others }) => ({
    headers: [[":method", method], [":authority", host], [":path", target], ...headers, ...extras],
    ...others,
  }));

const named = (routes: readonly (readonly [RouteMatch, Partial<Route>])[]): Route[] =>
  routes.map(([match, act], index) => ({ name: `route${index}`, match, ...act }));

/** Route configurations with one virtual host that has a matcher. */
export const matcherTables: fc.Arbitrary<RouteConfiguration> = fc
  .array(fc.tuple(routeMatch, action), { minLength: 1, maxLength: 4 })
  .chain((routes) => matcherOver(named(routes)))
  .map((matcher) => ({ virtualHosts: [{ name: "v", domains: ["*"], matcher }] }));

/** Many routes on two paths that differ by their headers. */
export const headerTables: fc.Arbitrary<RouteConfiguration> = fc
  .array(
    fc.tuple(fc.array(headerMatcher, { minLength: 1, maxLength: 2 }), fc.constantFrom({ path: "/a" }, { prefix: "/" })),
    { minLength: 10, maxLength: 40 },
  )
  .map((matches) => {
    const routes = matches.map(([headers, specifier], at) => ({
      name: String(at),
      match: { ...specifier, headers },
      directResponse: { status: 200 },
    }));
    return { virtualHosts: [{ name: "v", domains: ["*"], routes }] };
  });
