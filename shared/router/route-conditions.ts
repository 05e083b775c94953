import type { ConfigPath } from "../diagnostics/config-path.ts";
import type { DiagnosticSink } from "../diagnostics/diagnostic.ts";
import type { HeaderMap } from "../http/header-map.ts";
import { isGrpcRequest } from "../http/local-reply-encoding.ts";
import { compileCookieMatcher, type CookiePredicate } from "../matching/cookie-matcher.ts";
import { compileHeaderMatchers, type HeaderPredicate } from "../matching/header-matcher.ts";
import { compileMetadataMatcher, type MetadataPredicate, type MetadataReader } from "../matching/metadata-matcher.ts";
import { compileQueryMatcher, type QueryPredicate } from "../matching/query-matcher.ts";
import { compileRuntimeFraction } from "../matching/runtime-fraction.ts";
import type { RouteMatch, RouteMatchTlsContextMatchOptions } from "../schema/envoy-types.ts";
import type { RouteInput } from "./route.ts";

/** One thing beside the path that a request must fulfil. */
export type RouteCondition = (request: HeaderMap, input: RouteInput) => boolean;

/** A header that must be there with exactly this value. */
export interface ExactHeader {
  readonly name: string;
  readonly value: string;
}

/** What a route asks of a request beside its path. */
export interface RouteConditions {
  /** All of which must hold. */
  readonly all: readonly RouteCondition[];
  /** Some of them again, in a form that an index can use. */
  readonly exactHeaders: readonly ExactHeader[];
}

/** Compiles everything in a `RouteMatch` but the path specifier. */
export function compileRouteConditions(
  match: RouteMatch,
  path: ConfigPath,
  diagnostics: DiagnosticSink,
): RouteConditions {
  const headers = compileHeaderMatchers(match.headers ?? [], path.field("headers"), diagnostics);
  return {
    all: [
      ...fractionOf(match),
      ...(match.grpc === undefined ? [] : [isGrpcRequest]),
      ...headers.map(headerCondition),
      ...queriesOf(match, path.field("queryParameters"), diagnostics).map(queryCondition),
      ...cookiesOf(match, path.field("cookies"), diagnostics).map(cookieCondition),
      ...(match.tlsContext === undefined ? [] : [tlsCondition(match.tlsContext)]),
      ...metadataOf(match, path.field("dynamicMetadata"), diagnostics).map(metadataCondition),
    ],
    exactHeaders: headers.flatMap(({ name, exactValue }) =>
      exactValue === undefined ? [] : [{ name, value: exactValue }],
    ),
  };
}

function fractionOf({ runtimeFraction }: RouteMatch): RouteCondition[] {
  if (runtimeFraction === undefined) return [];
  const holds = compileRuntimeFraction(runtimeFraction);
  return [(_request, { random }) => holds(random)];
}

function headerCondition(predicate: HeaderPredicate): RouteCondition {
  return (request) => predicate.test(request);
}

function queryCondition(holds: QueryPredicate): RouteCondition {
  return (request) => holds(request.get(":path") ?? "");
}

function cookieCondition(holds: CookiePredicate): RouteCondition {
  return (request) => holds(request.get("cookie"));
}

/** Where nothing is known of the stream it has no metadata. */
function metadataCondition(holds: MetadataPredicate): RouteCondition {
  return (_request, { info }) => holds(info ?? NO_METADATA);
}

const NO_METADATA: MetadataReader = { metadata: () => undefined };

/** A connection without TLS has no client certificate. Source: Envoy `RouteEntryImplBase::evaluateTlsContextMatch`. */
function tlsCondition({ presented, validated }: RouteMatchTlsContextMatchOptions): RouteCondition {
  return (_request, { info }) => {
    const certificate = info?.downstream.tlsConnection?.peerCertificate;
    if (presented !== undefined && presented !== (certificate !== undefined)) return false;
    return validated === undefined || validated === (certificate?.validated ?? false);
  };
}

function cookiesOf({ cookies = [] }: RouteMatch, path: ConfigPath, diagnostics: DiagnosticSink): CookiePredicate[] {
  return cookies
    .map((config, at) => compileCookieMatcher(config, path.index(at), diagnostics))
    .filter((predicate) => predicate !== undefined);
}

function metadataOf(
  { dynamicMetadata = [] }: RouteMatch,
  path: ConfigPath,
  diagnostics: DiagnosticSink,
): MetadataPredicate[] {
  return dynamicMetadata
    .map((config, at) => compileMetadataMatcher(config, path.index(at), diagnostics))
    .filter((predicate) => predicate !== undefined);
}

function queriesOf(
  { queryParameters = [] }: RouteMatch,
  path: ConfigPath,
  diagnostics: DiagnosticSink,
): QueryPredicate[] {
  return queryParameters
    .map((config, at) => compileQueryMatcher(config, path.index(at), diagnostics))
    .filter((predicate) => predicate !== undefined);
}
