import type {
  EnvoyTypeMatcherStringMatcher,
  HeaderMatcher,
  QueryParameterMatcher,
  Route,
  RouteConfiguration,
  RouteMatch,
  VirtualHost,
  WeightedCluster,
} from "../../../shared/schema/envoy-types.ts";

/** A request as plain data. */
export interface PlainRequest {
  readonly headers: readonly (readonly [string, string])[];
  readonly random: bigint;
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
  const virtualHost = pickVirtualHost(config.virtualHosts ?? [], config.ignorePortInHostMatching ? noPort(host) : host);
  if (virtualHost === undefined) return { kind: "none" };
  if (mustRedirect(virtualHost, request)) {
    return { kind: "require_tls", location: `https://${host}${valueOf(request, ":path")}` };
  }
  const route = (virtualHost.routes ?? []).find(({ match = {} }) => matches(match, config, request));
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
  if (valueOf(request, ":method") === "CONNECT") return false;
  const [whole = ""] = (valueOf(request, ":path") ?? "").split("?");
  const path = config.ignorePathParametersInPathMatching ? whole.replaceAll(/;[^/]*/g, "") : whole;
  const { runtimeFraction, grpc, headers = [], queryParameters = [] } = match;
  const fraction = runtimeFraction?.defaultValue;
  return (
    matchesPath(match, path) &&
    (fraction === undefined || request.random % 100n < BigInt(fraction.numerator ?? 0)) &&
    (grpc === undefined || /^application\/grpc(\+|$)/.test(valueOf(request, "content-type") ?? "")) &&
    headers.every((matcher) => matchesHeader(matcher, request)) &&
    queryParameters.every((matcher) => matchesQuery(matcher, request))
  );
}

function matchesPath(match: RouteMatch, path: string): boolean {
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
  if (route?.weightedClusters !== undefined) return weightedCluster(route.weightedClusters, request);
  if (route?.clusterHeader === undefined) return route?.cluster;
  return request.headers.find(([name]) => name === route.clusterHeader)?.[1];
}

/** Lays the entries end to end, once for each unit of weight, and takes the one that the value falls on. */
function weightedCluster({ clusters = [], headerName }: WeightedCluster, request: PlainRequest): string | undefined {
  const given = request.headers.filter(([name]) => name === headerName);
  const [, text = ""] = given[0] ?? [];
  const value = given.length === 1 && /^[0-9]+$/.test(text) ? BigInt(text) : request.random;
  const line = clusters.flatMap(({ name, weight = 0 }) => Array.from({ length: weight }, () => name));
  return line[Number(value % BigInt(line.length))];
}
