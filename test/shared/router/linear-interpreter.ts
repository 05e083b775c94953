import { xxHash64 } from "../../../shared/hash/xx-hash-64.ts";
import type {
  CookieMatcher,
  EnvoyTypeMatcherStringMatcher,
  HeaderMatcher,
  MatcherMatcher,
  MatcherMatcherMatcherListPredicate,
  MatcherMatcherOnMatch,
  QueryParameterMatcher,
  Route,
  RouteAction,
  RouteConfiguration,
  RouteMatch,
  VirtualHost,
  WeightedCluster,
} from "../../../shared/schema/envoy-types.ts";

/** A request as plain data. */
export interface PlainRequest {
  readonly headers: readonly (readonly [string, string])[];
  readonly random: bigint;
  /** The client's certificate: none, one that is not trusted, one that is. */
  readonly certificate: "none" | "unknown" | "trusted";
  /** Dynamic metadata of the namespace `ns`. */
  readonly metadata: Readonly<Record<string, string>>;
}

/** Where a request goes: a route by its name, and the cluster if there is one. */
export type Destination =
  | { readonly kind: "none" }
  | { readonly kind: "require_tls"; readonly location: string }
  | { readonly kind: "route"; readonly name: string; readonly cluster: string | undefined };

/**
 * Reads a route configuration from first to last for every request, as its documentation says. Slow, and short enough to be
 * checked by reading; shares no code with the compiled table that it is the measure of.
 */
export function interpret(config: RouteConfiguration, request: PlainRequest): Destination {
  const host = valueOf(request, ":authority") ?? "";
  const virtualHost = virtualHostOf(config, request);
  if (virtualHost === undefined) return { kind: "none" };
  if (mustRedirect(virtualHost, request)) {
    return { kind: "require_tls", location: `https://${host}${valueOf(request, ":path")}` };
  }
  const routes = virtualHost.matcher === undefined ? virtualHost.routes : routesOf(virtualHost.matcher, request);
  const route = (routes ?? []).find(({ match = {} }) => matches(match, config, request));
  if (route === undefined) return { kind: "none" };
  return { kind: "route", name: route.name ?? "", cluster: clusterOf(route, request) };
}

function valueOf({ headers }: PlainRequest, name: string): string | undefined {
  const values = headers.filter(([key]) => key === name).map(([, value]) => value);
  return values.length === 0 ? undefined : values.join(",");
}

function noPort(host: string): string {
  return host.replace(/:[0-9]*$/, "");
}

function virtualHostOf(config: RouteConfiguration, request: PlainRequest): VirtualHost | undefined {
  const { virtualHosts = [], vhostHeader, ignorePortInHostMatching } = config;
  const name = vhostHeader?.toLowerCase() ?? ":authority";
  const host = request.headers.find(([key]) => key === name)?.[1];
  if (host === undefined && vhostHeader !== undefined) {
    const isOnlyDefault = virtualHosts.flatMap(({ domains = [] }) => domains).join(" ") === "*";
    return isOnlyDefault ? virtualHosts[0] : undefined;
  }
  return pickVirtualHost(virtualHosts, ignorePortInHostMatching ? noPort(host ?? "") : (host ?? ""));
}

function pickVirtualHost(hosts: readonly VirtualHost[], host: string): VirtualHost | undefined {
  const all = hosts.flatMap((owner) =>
    (owner.domains ?? []).map((domain) => ({ owner, domain: domain.toLowerCase() })),
  );
  if (all.length === 1 && all[0]?.domain === "*") return all[0].owner;
  const name = host.toLowerCase();
  const longestFirst = all.toSorted((a, b) => b.domain.length - a.domain.length);
  const exact = all.find(({ domain }) => domain === name);
  const suffix = longestFirst.find(({ domain }) => {
    return domain.startsWith("*") && domain !== "*" && name.length >= domain.length && name.endsWith(domain.slice(1));
  });
  const prefix = longestFirst.find(({ domain }) => {
    return (
      domain.endsWith("*") && domain !== "*" && name.length >= domain.length && name.startsWith(domain.slice(0, -1))
    );
  });
  return (exact ?? suffix ?? prefix ?? all.find(({ domain }) => domain === "*"))?.owner;
}

function mustRedirect({ requireTls = "NONE" }: VirtualHost, request: PlainRequest): boolean {
  if (valueOf(request, "x-forwarded-proto") === "https") return false;
  if (requireTls === "EXTERNAL_ONLY") return valueOf(request, "x-envoy-internal") !== "true";
  return requireTls === "ALL";
}

function matches(match: RouteMatch, config: RouteConfiguration, request: PlainRequest): boolean {
  if ((valueOf(request, ":method") === "CONNECT") !== (match.connectMatcher !== undefined)) return false;
  const [whole = ""] = (valueOf(request, ":path") ?? "").split("?");
  const path = config.ignorePathParametersInPathMatching ? whole.replaceAll(/;[^/]*/g, "") : whole;
  const { runtimeFraction, grpc, headers = [], queryParameters = [], cookies = [] } = match;
  const fraction = runtimeFraction?.defaultValue;
  return (
    matchesPath(match, match.pathMatchPolicy === undefined ? path : whole) &&
    (fraction === undefined || request.random % 100n < BigInt(fraction.numerator ?? 0)) &&
    (grpc === undefined || /^application\/grpc(\+|$)/.test(valueOf(request, "content-type") ?? "")) &&
    headers.every((matcher) => matchesHeader(matcher, request)) &&
    queryParameters.every((matcher) => matchesQuery(matcher, request)) &&
    cookies.every((matcher) => matchesCookie(matcher, request)) &&
    matchesCertificate(match, request) &&
    matchesMetadata(match, request)
  );
}

function matchesCookie(
  { name = "", stringMatch = {}, invertMatch = false }: CookieMatcher,
  request: PlainRequest,
): boolean {
  const cookies = request.headers.filter(([key]) => key === "cookie").map(([, value]) => value);
  const pairs = cookies.flatMap((text) => text.split(";")).map((pair) => pair.trimStart());
  const pair = pairs.find((text) => text.startsWith(`${name}=`));
  return (pair !== undefined && matchesString(stringMatch, pair.slice(name.length + 1))) !== invertMatch;
}

function matchesCertificate({ tlsContext = {} }: RouteMatch, { certificate }: PlainRequest): boolean {
  const { presented, validated } = tlsContext;
  if (presented !== undefined && presented !== (certificate !== "none")) return false;
  return validated === undefined || validated === (certificate === "trusted");
}

function matchesMetadata({ dynamicMetadata = [] }: RouteMatch, { metadata }: PlainRequest): boolean {
  return dynamicMetadata.every(({ filter, path = [], value = {}, invert = false }) => {
    const found = filter === "ns" && path.length === 1 ? metadata[path[0]?.key ?? ""] : undefined;
    const { presentMatch, stringMatch = {} } = value;
    const holds = presentMatch === undefined ? matchesString(stringMatch, found ?? "") : presentMatch;
    return (found !== undefined && holds) !== invert;
  });
}

/** The action of a generic matcher: the routes of the first way that leads to some. */
function routesOf(matcher: MatcherMatcher, request: PlainRequest): readonly Route[] | undefined {
  return waysOf(matcher, request)
    .map((way) => routesOn(way, request))
    .find((routes) => routes !== undefined);
}

function waysOf(
  { matcherList, matcherTree, onNoMatch }: MatcherMatcher,
  request: PlainRequest,
): MatcherMatcherOnMatch[] {
  const otherwise = onNoMatch === undefined ? [] : [onNoMatch];
  const entries = matcherList?.matchers ?? [];
  const holding = entries.filter(({ predicate = {} }) => holdsFor(predicate, request));
  if (matcherTree === undefined) return [...holding.map(({ onMatch = {} }) => onMatch), ...otherwise];
  const value = inputOf(matcherTree, request);
  if (value === undefined) return otherwise;
  const exact = matcherTree.exactMatchMap?.map?.[value];
  const prefixes = Object.entries(matcherTree.prefixMatchMap?.map ?? {})
    .filter(([prefix]) => value.startsWith(prefix))
    .toSorted(([a], [b]) => b.length - a.length)
    .map(([, onMatch]) => onMatch);
  return [...(exact === undefined ? [] : [exact]), ...prefixes, ...otherwise];
}

function routesOn({ matcher, action }: MatcherMatcherOnMatch, request: PlainRequest): readonly Route[] | undefined {
  if (matcher !== undefined) return routesOf(matcher, request);
  const config = action?.typedConfig as { readonly routes?: readonly Route[] } & Route; // the generator makes nothing else
  return config.routes ?? [config];
}

function holdsFor(predicate: MatcherMatcherMatcherListPredicate, request: PlainRequest): boolean {
  const { singlePredicate, orMatcher, andMatcher, notMatcher } = predicate;
  if (orMatcher !== undefined) return (orMatcher.predicate ?? []).some((part) => holdsFor(part, request));
  if (andMatcher !== undefined) return (andMatcher.predicate ?? []).every((part) => holdsFor(part, request));
  if (notMatcher !== undefined) return !holdsFor(notMatcher, request);
  const value = inputOf(singlePredicate ?? {}, request);
  return value !== undefined && matchesString(singlePredicate?.valueMatch ?? {}, value);
}

function inputOf(
  { input }: { readonly input?: { readonly typedConfig?: unknown } },
  request: PlainRequest,
): string | undefined {
  const { headerName = "" } = (input?.typedConfig ?? {}) as { readonly headerName?: string }; // the generator makes nothing else
  return valueOf(request, headerName.toLowerCase());
}

/** A template as the pattern that it stands for, one segment or many at a time. */
function templatePattern(template: string): RegExp {
  const plain = template.replaceAll(/\{\w+=([^}]*)\}/g, "$1").replaceAll(/\{\w+\}/g, "*");
  const pattern = plain.replaceAll(/\*\*|\*/g, (glob) => (glob === "*" ? "[^/]+" : ".*"));
  return new RegExp(`^${pattern}$`, "s");
}

function matchesPath(match: RouteMatch, path: string): boolean {
  if (match.connectMatcher !== undefined) return true;
  const template = match.pathMatchPolicy?.typedConfig as { readonly pathTemplate: string } | undefined; // the only kind
  if (template !== undefined) return templatePattern(template.pathTemplate).test(path);
  const fold = (text: string): string => (match.caseSensitive === false ? text.toLowerCase() : text);
  if (match.prefix !== undefined) return fold(path).startsWith(fold(match.prefix));
  if (match.path !== undefined) return fold(path) === fold(match.path);
  if (match.safeRegex !== undefined) return new RegExp(`^(?:${match.safeRegex.regex})$`, "s").test(path);
  const prefix = fold(match.pathSeparatedPrefix ?? "");
  return fold(path) === prefix || fold(path).startsWith(`${prefix}/`);
}

function matchesString(matcher: EnvoyTypeMatcherStringMatcher, text: string): boolean {
  const fold = (value: string): string => (matcher.ignoreCase ? value.toLowerCase() : value);
  const value = fold(text);
  if (matcher.exact !== undefined) return value === fold(matcher.exact);
  if (matcher.prefix !== undefined) return value.startsWith(fold(matcher.prefix));
  if (matcher.suffix !== undefined) return value.endsWith(fold(matcher.suffix));
  return value.includes(fold(matcher.contains ?? ""));
}

function matchesHeader(matcher: HeaderMatcher, request: PlainRequest): boolean {
  const { name = "", stringMatch, presentMatch = true, invertMatch = false, treatMissingHeaderAsEmpty } = matcher;
  const found = request.headers.filter(([key]) => key === name.toLowerCase()).map(([, value]) => value);
  const values = found.length === 0 && treatMissingHeaderAsEmpty ? [""] : found;
  if (stringMatch === undefined) return (values.length > 0 === presentMatch) !== invertMatch;
  return values.length > 0 && values.some((value) => matchesString(stringMatch, value)) !== invertMatch;
}

function matchesQuery(
  { name = "", stringMatch, presentMatch = true }: QueryParameterMatcher,
  request: PlainRequest,
): boolean {
  const [, query = ""] = (valueOf(request, ":path") ?? "").split("?");
  const parameter = query.split("&").find((part) => part.split("=")[0] === name);
  if (stringMatch === undefined) return (parameter !== undefined) === presentMatch;
  return parameter !== undefined && matchesString(stringMatch, parameter.slice(name.length + 1));
}

function clusterOf({ route }: Route, request: PlainRequest): string | undefined {
  if (route?.weightedClusters !== undefined) return weightedCluster(route.weightedClusters, route, request);
  if (route?.clusterHeader === undefined) return route?.cluster;
  return request.headers.find(([name]) => name === route.clusterHeader)?.[1];
}

/** Lays the entries end to end, once for each unit of weight, and takes the one that the value falls on. */
function weightedCluster(split: WeightedCluster, action: RouteAction, request: PlainRequest): string | undefined {
  const value = splitValue(split, action, request) ?? request.random;
  const line = (split.clusters ?? []).flatMap(({ name, weight = 0 }) => Array.from({ length: weight }, () => name));
  return line[Number(value % BigInt(line.length))];
}

function splitValue(
  { headerName, useHashPolicy }: WeightedCluster,
  { hashPolicy = [] }: RouteAction,
  request: PlainRequest,
): bigint | undefined {
  if (useHashPolicy) return hashOf(hashPolicy, request);
  const given = request.headers.filter(([name]) => name === headerName);
  const [, text = ""] = given[0] ?? [];
  return given.length === 1 && /^[0-9]+$/.test(text) ? BigInt(text) : undefined;
}

/** Only policies by header, which is what the generator makes. */
function hashOf(policies: NonNullable<RouteAction["hashPolicy"]>, request: PlainRequest): bigint | undefined {
  let hash: bigint | undefined;
  for (const { header, terminal } of policies) {
    const values = request.headers.filter(([name]) => name === header?.headerName).map(([, value]) => value);
    if (values.length > 0) {
      const own = values.toSorted().reduce((seed, value) => xxHash64(value, seed), 0n);
      hash = hash === undefined ? own : (((hash << 1n) | (hash >> 63n)) & (2n ** 64n - 1n)) ^ own;
    }
    if (terminal && hash !== undefined) break;
  }
  return hash;
}
