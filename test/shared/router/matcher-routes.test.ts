import { describe, it } from "vitest";
import { HeaderMap } from "../../../shared/http/header-map.ts";
import type {
  AnyMessage,
  MatcherMatcher,
  MatcherMatcherMatcherListPredicate,
  MatcherMatcherMatcherTree,
  MatcherMatcherOnMatch,
  RouteMatch,
  XdsTypeMatcherStringMatcher,
} from "../../../shared/schema/envoy-types.ts";
import { problemsOf, tableOf } from "./route-table-harness.ts";

// What each request leads to is what Envoy 1.39 does with the same configuration.

const any = (type: string, fields: object): AnyMessage => ({ "@type": `type.googleapis.com/${type}`, ...fields });
const extension = (type: string, fields: object = {}) => ({ name: "x", typedConfig: any(type, fields) });
const HEADER = extension("envoy.type.matcher.v3.HttpRequestHeaderMatchInput", { headerName: "X-H" });

const routeFields = (name: string, match: RouteMatch) => ({ name, match, directResponse: { status: 200 } });
const to = (name: string, match: RouteMatch = { prefix: "/" }): MatcherMatcherOnMatch => ({
  action: extension("envoy.config.route.v3.Route", routeFields(name, match)),
});
const tree = (fields: Partial<MatcherMatcherMatcherTree>): MatcherMatcher => ({
  matcherTree: { input: HEADER, ...fields },
});
const exact = (map: Record<string, MatcherMatcherOnMatch>): MatcherMatcher => tree({ exactMatchMap: { map } });
const prefix = (map: Record<string, MatcherMatcherOnMatch>): MatcherMatcher => tree({ prefixMatchMap: { map } });
const value = (valueMatch: XdsTypeMatcherStringMatcher): MatcherMatcherMatcherListPredicate => ({
  singlePredicate: { input: HEADER, valueMatch },
});
const custom = (type: string, fields: object): MatcherMatcherMatcherListPredicate => ({
  singlePredicate: {
    input: HEADER,
    customMatch: extension(`envoy.extensions.matching.input_matchers.${type}`, fields),
  },
});
const list = (...entries: [MatcherMatcherMatcherListPredicate, MatcherMatcherOnMatch][]): MatcherMatcher => ({
  matcherList: { matchers: entries.map(([predicate, onMatch]) => ({ predicate, onMatch })) },
});
/** Leads nowhere for all the values below. */
const nowhere: MatcherMatcherOnMatch = { matcher: exact({ zzz: to("Z") }) };

const config = (matcher: MatcherMatcher) => ({ virtualHosts: [{ name: "v", domains: ["*"], matcher }] });

/** `values` are those of the header, apart by `|`; `-` for no header. The path is /, or what stands behind a space. */
function answer(matcher: MatcherMatcher, text: string): string {
  const [values = "", path = "/"] = text.split(" ");
  const headers = values === "-" ? [] : values.split("|").map((header) => ["x-h", header] as const);
  const request = HeaderMap.from([[":method", "GET"], [":authority", "h.com"], [":path", path], ...headers]);
  const match = tableOf(config(matcher)).match(request, { random: 0n });
  return match.kind === "route" ? match.route.name : match.kind;
}

type Case = readonly [what: string, matcher: MatcherMatcher, answers: Readonly<Record<string, string>>];

const range = (addressPrefix: string, prefixLen: number, onMatch: MatcherMatcherOnMatch, exclusive = false) => ({
  ranges: [{ addressPrefix, prefixLen }],
  onMatch,
  exclusive,
});
const ips = (...rangeMatchers: object[]): MatcherMatcher => ({
  ...tree({ customMatch: extension("xds.type.matcher.v3.IPMatcher", { rangeMatchers }) }),
  onNoMatch: to("N"),
});
const names = (...entries: [string[], MatcherMatcherOnMatch][]): MatcherMatcher => ({
  ...tree({
    customMatch: extension("xds.type.matcher.v3.ServerNameMatcher", {
      domainMatchers: entries.map(([domains, onMatch]) => ({ domains, onMatch })),
    }),
  }),
  onNoMatch: to("N"),
});

const CASES: readonly Case[] = [
  [
    "an exact map, a matcher within it that comes to nothing, and on_no_match",
    { ...exact({ a: to("A"), b: nowhere }), onNoMatch: to("N") },
    { a: "A", b: "N", c: "N", "-": "N", "a|b": "N", A: "N" },
  ],
  [
    "the longest prefix that leads somewhere",
    prefix({ a: to("A"), ab: to("AB", { prefix: "/never" }), abc: nowhere, "": to("E") }),
    { a: "A", ab: "none", abc: "none", abd: "none", zz: "E", "-": "none" },
  ],
  [
    "a shorter prefix where the longer one leads nowhere",
    { ...prefix({ a: to("A"), abc: nowhere }), onNoMatch: to("N") },
    { a: "A", abc: "A", abd: "A", zz: "N", "-": "N" },
  ],
  [
    "the first predicate of a list that holds; a repeated header is one text",
    {
      ...list(
        [value({ exact: "a" }), to("A")],
        [value({ prefix: "a" }), to("P")],
        [{ notMatcher: value({ exact: "b" }) }, to("NOTB")],
      ),
      onNoMatch: to("N"),
    },
    { a: "A", ab: "P", b: "N", c: "NOTB", "-": "NOTB", "a|b": "P", "b|b": "NOTB" },
  ],
  [
    "the next entry of a list after a matcher that comes to nothing",
    {
      ...list(
        [value({ prefix: "a" }), { matcher: list([value({ exact: "ab" }), to("AB")]) }],
        [value({ prefix: "a" }), to("P")],
      ),
      onNoMatch: to("N"),
    },
    { a: "P", ab: "AB", b: "N" },
  ],
  [
    "the on_no_match of a matcher within a list",
    {
      ...list(
        [value({ prefix: "a" }), { matcher: { ...list([value({ exact: "ab" }), to("AB")]), onNoMatch: to("IN") } }],
        [value({ prefix: "a" }), to("P")],
      ),
      onNoMatch: to("N"),
    },
    { a: "IN", ab: "AB", b: "N" },
  ],
  [
    "predicates joined by and and or",
    list(
      [{ andMatcher: { predicate: [value({ prefix: "a" }), value({ suffix: "z" })] } }, to("AND")],
      [{ orMatcher: { predicate: [value({ prefix: "a" }), value({ suffix: "z" })] } }, to("OR")],
    ),
    { az: "AND", a: "OR", z: "OR", q: "none" },
  ],
  [
    "all ways to compare a text",
    list(
      [value({ exact: "AB", ignoreCase: true }), to("A")],
      [value({ safeRegex: { regex: "z+", googleRe2: {} } }), to("R")],
      [value({ contains: "q" }), to("Q")],
      [value({ suffix: "s" }), to("S")],
    ),
    { ab: "A", zz: "R", zzq: "Q", "1s": "S", none: "none" },
  ],
  [
    "a route whose own match does not hold: nothing else is tried",
    {
      ...list([value({ prefix: "a" }), to("A", { prefix: "/x" })], [value({ prefix: "a" }), to("B")]),
      onNoMatch: to("N"),
    },
    { "a /x": "A", "a /y": "none", "- /y": "N" },
  ],
  [
    "the first route of a list of routes",
    {
      ...list([
        value({ prefix: "a" }),
        {
          action: extension("envoy.config.route.v3.RouteList", {
            routes: [routeFields("X", { prefix: "/x" }), routeFields("Y", { prefix: "/y" })],
          }),
        },
      ]),
      onNoMatch: to("N"),
    },
    { "a /x": "X", "a /y": "Y", "a /z": "none", "- /y": "N" },
  ],
  ["a matcher with nothing but on_no_match", { onNoMatch: to("N") }, { a: "N", "-": "N" }],
  ["a matcher with nothing at all", {}, { a: "none" }],
  [
    "the smallest range of addresses",
    ips(range("10.0.0.0", 8, to("TEN")), range("10.1.0.0", 16, to("ONE"))),
    { "10.0.0.1": "TEN", "10.1.0.1": "ONE", "11.0.0.1": "N", x: "N", "-": "N", "10.0.0.1:80": "N" },
  ],
  [
    "a larger range where the smaller one leads nowhere",
    ips(range("10.0.0.0", 8, to("TEN")), range("10.1.0.0", 16, nowhere)),
    { "10.1.0.1": "TEN" },
  ],
  [
    "no exclusive range in the place of a smaller one",
    ips(range("0.0.0.0", 0, to("ALL")), range("10.0.0.0", 8, to("TEN"), true), range("10.1.0.0", 16, nowhere)),
    { "10.1.0.1": "ALL", "10.2.0.1": "TEN" },
  ],
  [
    "equal ranges in declared order",
    ips(range("10.0.0.0", 8, nowhere), range("10.0.0.0", 8, to("B")), range("10.0.0.0", 8, to("C"))),
    { "10.1.0.1": "B" },
  ],
  [
    "addresses of both families apart",
    ips(range("::", 0, to("V6")), range("0.0.0.0", 0, to("V4"))),
    { "10.1.0.1": "V4", "::1": "V6", "::ffff:1.2.3.4": "V6" },
  ],
  [
    "an exact name, then wildcards, the longest first",
    names([["*.a.com"], to("W")], [["b.a.com"], to("E")], [["*"], to("S")]),
    { "x.a.com": "W", "x.y.a.com": "W", "b.a.com": "E", "a.com": "S", "B.A.com": "S", q: "S", "-": "N" },
  ],
  [
    "a wildcard where the name leads nowhere",
    names([["b.a.com"], nowhere], [["*.a.com"], nowhere], [["*.com"], to("C")]),
    { "b.a.com": "C", "q.com": "C", com: "N", ".com": "C" },
  ],
  [
    "a predicate for ranges of addresses, which holds inverted for what is no address",
    list(
      [custom("ip.v3.Ip", { cidrRanges: [{ addressPrefix: "10.0.0.0", prefixLen: 8 }], statPrefix: "s" }), to("IN")],
      [
        { notMatcher: custom("ip.v3.Ip", { cidrRanges: [{ addressPrefix: "::", prefixLen: 0 }], statPrefix: "s" }) },
        to("NO6"),
      ],
    ),
    { "10.0.0.1": "IN", "11.0.0.1": "NO6", x: "NO6", "-": "NO6", "::1": "none" },
  ],
  [
    "a predicate for a share of all hashes",
    list([custom("consistent_hashing.v3.ConsistentHashing", { threshold: 20, modulo: 100, seed: "7" }), to("Y")]),
    { u0: "none", u1: "Y", u2: "Y", u3: "Y", u4: "none", u5: "Y", u6: "Y", u7: "Y", "-": "none" },
  ],
];

describe("compileMatcherRoutes", () => {
  it.for(CASES)("takes %s", ([, matcher, answers], { expect }) => {
    const found = Object.keys(answers).map((text) => [text, answer(matcher, text)]);
    expect(Object.fromEntries(found)).toEqual(answers);
  });

  it("looks for the host under its pseudo header", ({ expect }) => {
    const input = extension("envoy.type.matcher.v3.HttpRequestHeaderMatchInput", { headerName: "Host" });
    expect(answer({ matcherTree: { input, exactMatchMap: { map: { "h.com": to("H") } } } }, "-")).toBe("H");
  });

  const at = "virtual_hosts[0].matcher";
  const input = (type: string) => tree({ input: extension(type), exactMatchMap: { map: { a: to("A") } } });
  it.for<readonly [matcher: MatcherMatcher, problem: string]>([
    [
      input("envoy.type.matcher.v3.HttpRequestQueryParamMatchInput"),
      `${at}.matcher_tree.input.typed_config: Route table can only match on request headers, saw envoy.type.matcher.v3`,
    ],
    [input("envoy.extensions.matching.common_inputs.network.v3.FilterStateInput"), "there is no filter state"],
    [input("xds.type.matcher.v3.HttpAttributesCelMatchInput"), "CEL expressions are not implemented"],
    [input("envoy.extensions.matching.common_inputs.environment_variable.v3.Config"), "environment variables"],
    [{ onNoMatch: { ...to("N"), keepMatching: true } }, `${at}.on_no_match: keep_matching is not supported`],
    [exact({ a: { ...to("A"), keepMatching: true } }), `exact_match_map.map["a"]: keep_matching is not supported`],
    [prefix({ a: {} }), `prefix_match_map.map["a"]: expected one of matcher, action`],
    [tree({}), "expected exact_match_map, prefix_match_map"],
    [list([{}, to("A")]), `${at}.matcher_list.matchers[0].predicate: expected a predicate`],
    [list([{ andMatcher: { predicate: [value({ exact: "a" }), {}] } }, to("A")]), "and_matcher.predicate[1]: expected"],
    [list([custom("metadata.v3.Metadata", {}), to("A")]), "metadata.v3.Metadata is not implemented"],
    [{ onNoMatch: { action: extension("google.protobuf.StringValue") } }, "expected a Route or a RouteList"],
    [
      { onNoMatch: to("N", { safeRegex: { regex: "(" } }) },
      `${at}.on_no_match.action.typed_config.match.safe_regex.regex: expected a regular expression`,
    ],
    [names([["*a.com"], to("A")]), 'domain_matchers[0].domains[0]: expected * or *.domain, got "*a.com"'],
    [names([["a"], to("A")], [["a"], to("B")]), 'domain_matchers[1].domains[0]: the domain "a" is there twice'],
    [names([[""], to("A")]), "expected a domain, got none"],
    [ips(range("10.0.0", 8, to("A"))), "range_matchers[0].ranges[0].address_prefix: malformed IP address"],
  ])("refuses %j", ([matcher, problem], { expect }) => {
    expect(problemsOf(config(matcher))).toEqual([expect.stringContaining(problem)]);
  });

  it("refuses routes beside it", ({ expect }) => {
    const routes = [{ match: { prefix: "/" }, directResponse: { status: 200 } }];
    const virtualHosts = [{ name: "v", domains: ["*"], matcher: { onNoMatch: to("N") }, routes }];
    expect(problemsOf({ virtualHosts })).toEqual([
      "virtual_hosts[0]: cannot set both matcher and routes on virtual host",
    ]);
  });
});
