import type { HeaderMatcher, RouteMatch } from "../schema/envoy-types.ts";

/**
 * What a route asks for beside its path, each condition as a text: two routes with the same text ask for the same. A condition
 * that always holds is left out.
 */
export function conditionTexts(match: RouteMatch): string[] {
  const { headers = [], queryParameters = [], cookies = [], dynamicMetadata = [], filterState = [] } = match;
  const texts = [
    ...headers.map((matcher) => `header ${JSON.stringify(withLowerName(matcher))}`),
    ...queryParameters.map((matcher) => `query ${JSON.stringify(matcher)}`),
    ...cookies.map((matcher) => `cookie ${JSON.stringify(matcher)}`),
    ...dynamicMetadata.map((matcher) => `metadata ${JSON.stringify(matcher)}`),
    ...filterState.map((matcher) => `state ${JSON.stringify(matcher)}`),
    ...(match.grpc === undefined ? [] : ["grpc"]),
    ...(match.tlsContext === undefined ? [] : [`tls ${JSON.stringify(match.tlsContext)}`]),
    ...fractionTexts(match),
  ];
  return [...new Set(texts)].toSorted();
}

function withLowerName(matcher: HeaderMatcher): HeaderMatcher {
  return { ...matcher, name: matcher.name?.toLowerCase() ?? "" };
}

const WHOLE = { HUNDRED: 100, TEN_THOUSAND: 10_000, MILLION: 1_000_000 } as const;

/** The share of requests, 0 to 1, that a route is for; the same random value decides for all routes of a request. */
export function shareOf({ runtimeFraction }: RouteMatch): number {
  if (runtimeFraction === undefined) return 1;
  const { numerator = 0, denominator = "HUNDRED" } = runtimeFraction.defaultValue ?? {};
  return Math.min(1, numerator / WHOLE[denominator]);
}

function fractionTexts(match: RouteMatch): string[] {
  const share = shareOf(match);
  return share === 1 ? [] : [`share ${share}`];
}
