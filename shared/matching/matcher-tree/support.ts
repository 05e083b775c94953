import { ignored, type MessageSupport, support, unsupported } from "../../config/support.ts";

const CUSTOM_STRING = unsupported("custom string matchers are not implemented");

/** What becomes of the fields of a generic matcher. */
export const matcherTreeSupport: readonly MessageSupport[] = [
  support("xds.type.matcher.v3.Matcher", {
    matcherList: "supported",
    matcherTree: "supported",
    onNoMatch: "supported",
  }),
  support("xds.type.matcher.v3.Matcher.OnMatch", {
    matcher: "supported",
    action: "supported",
    keepMatching: unsupported("as in Envoy, a route table ends at the first match"),
  }),
  support("xds.type.matcher.v3.Matcher.MatcherList", { matchers: "supported" }),
  support("xds.type.matcher.v3.Matcher.MatcherList.FieldMatcher", { predicate: "supported", onMatch: "supported" }),
  support("xds.type.matcher.v3.Matcher.MatcherList.Predicate", {
    singlePredicate: "supported",
    orMatcher: "supported",
    andMatcher: "supported",
    notMatcher: "supported",
  }),
  support("xds.type.matcher.v3.Matcher.MatcherList.Predicate.PredicateList", { predicate: "supported" }),
  support("xds.type.matcher.v3.Matcher.MatcherList.Predicate.SinglePredicate", {
    input: "supported",
    valueMatch: "supported",
    customMatch: "supported",
  }),
  support("xds.type.matcher.v3.Matcher.MatcherTree", {
    input: "supported",
    exactMatchMap: "supported",
    prefixMatchMap: "supported",
    customMatch: "supported",
  }),
  support("xds.type.matcher.v3.Matcher.MatcherTree.MatchMap", { map: "supported" }),
  support("xds.type.matcher.v3.StringMatcher", {
    exact: "supported",
    prefix: "supported",
    suffix: "supported",
    safeRegex: "supported",
    contains: "supported",
    ignoreCase: "supported",
    custom: CUSTOM_STRING,
  }),
  support("xds.type.matcher.v3.RegexMatcher", { regex: "supported", googleRe2: "supported" }),
  support("xds.type.matcher.v3.RegexMatcher.GoogleRE2", {}),
  support("xds.type.matcher.v3.IPMatcher", { rangeMatchers: "supported" }),
  support("xds.type.matcher.v3.IPMatcher.IPRangeMatcher", {
    ranges: "supported",
    onMatch: "supported",
    exclusive: "supported",
  }),
  support("xds.type.matcher.v3.ServerNameMatcher", { domainMatchers: "supported" }),
  support("xds.type.matcher.v3.ServerNameMatcher.DomainMatcher", { domains: "supported", onMatch: "supported" }),
  support("xds.core.v3.CidrRange", { addressPrefix: "supported", prefixLen: "supported" }),
  support("envoy.type.matcher.v3.HttpRequestHeaderMatchInput", { headerName: "supported" }),
  support("envoy.extensions.matching.input_matchers.ip.v3.Ip", {
    cidrRanges: "supported",
    statPrefix: ignored("what matched is not counted"),
  }),
  support("envoy.extensions.matching.input_matchers.consistent_hashing.v3.ConsistentHashing", {
    threshold: "supported",
    modulo: "supported",
    seed: "supported",
  }),
];
