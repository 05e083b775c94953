import { matcherTreeSupport } from "./matcher-tree/support.ts";
import { ignored, type MessageSupport, support, unsupported } from "../config/support.ts";

/** What becomes of the fields of Envoy's matchers. */
export const matchingSupport: readonly MessageSupport[] = [
  support("envoy.type.matcher.v3.StringMatcher", {
    exact: "supported",
    prefix: "supported",
    suffix: "supported",
    safeRegex: "supported",
    contains: "supported",
    ignoreCase: "supported",
    custom: unsupported("custom string matchers are not implemented"),
  }),
  support("envoy.type.matcher.v3.ListStringMatcher", { patterns: "supported" }),
  support("envoy.type.matcher.v3.RegexMatcher", { regex: "supported", googleRe2: "supported" }),
  support("envoy.type.matcher.v3.RegexMatcher.GoogleRE2", {
    maxProgramSize: ignored("matching takes linear time whatever the size of the program"),
  }),
  support("envoy.type.matcher.v3.RegexMatchAndSubstitute", { pattern: "supported", substitution: "supported" }),
  support("envoy.type.v3.Int64Range", { start: "supported", end: "supported" }),
  support("envoy.type.v3.FractionalPercent", { numerator: "supported", denominator: "supported" }),
  support("envoy.config.core.v3.RuntimeFractionalPercent", {
    defaultValue: "supported",
    runtimeKey: "supported",
  }),
  support("envoy.config.route.v3.HeaderMatcher", {
    name: "supported",
    exactMatch: "supported",
    safeRegexMatch: "supported",
    rangeMatch: "supported",
    presentMatch: "supported",
    prefixMatch: "supported",
    suffixMatch: "supported",
    containsMatch: "supported",
    stringMatch: "supported",
    invertMatch: "supported",
    treatMissingHeaderAsEmpty: "supported",
  }),
  support("envoy.config.core.v3.TypedExtensionConfig", { name: "supported", typedConfig: "supported" }),
  support("xds.core.v3.TypedExtensionConfig", { name: "supported", typedConfig: "supported" }),
  support("envoy.config.route.v3.CookieMatcher", {
    name: "supported",
    stringMatch: "supported",
    invertMatch: "supported",
  }),
  support("envoy.type.matcher.v3.MetadataMatcher", {
    filter: "supported",
    path: "supported",
    value: "supported",
    invert: "supported",
  }),
  support("envoy.type.matcher.v3.MetadataMatcher.PathSegment", { key: "supported" }),
  support("envoy.type.matcher.v3.ValueMatcher", {
    nullMatch: "supported",
    doubleMatch: "supported",
    stringMatch: "supported",
    boolMatch: "supported",
    presentMatch: "supported",
    listMatch: "supported",
    orMatch: "supported",
  }),
  support("envoy.type.matcher.v3.ValueMatcher.NullMatch", {}),
  support("envoy.type.matcher.v3.DoubleMatcher", { range: "supported", exact: "supported" }),
  support("envoy.type.matcher.v3.ListMatcher", { oneOf: "supported" }),
  support("envoy.type.matcher.v3.OrMatcher", { valueMatchers: "supported" }),
  support("envoy.type.v3.DoubleRange", { start: "supported", end: "supported" }),
  ...matcherTreeSupport,
  support("envoy.config.route.v3.QueryParameterMatcher", {
    name: "supported",
    stringMatch: "supported",
    presentMatch: "supported",
  }),
];
