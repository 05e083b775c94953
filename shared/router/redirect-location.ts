import type { ConfigPath } from "../diagnostics/config-path.ts";
import type { DiagnosticSink } from "../diagnostics/diagnostic.ts";
import type { HeaderMap } from "../http/header-map.ts";
import type { StreamInfo } from "../http/stream-info.ts";
import { toByteString } from "../matching/byte-string.ts";
import type { RedirectAction } from "../schema/envoy-types.ts";
import { compileFormattedPath } from "./formatted-rewrite.ts";
import { compilePathRewrite } from "./path-rewrite.ts";

/** Where a request is sent instead. */
export type RedirectLocation = (request: HeaderMap, info: StreamInfo) => string;

/** The address of the request itself, which is also the `Location` of a direct response that needs one. */
export const requestLocation: RedirectLocation = (request) =>
  `${request.get(":scheme") ?? ""}://${request.get(":authority") ?? ""}${request.get(":path") ?? ""}`;

/** Compiles the `Location` of a redirect. `matchedLength` as for path rewrites. Source: Envoy `Http::Utility::newUri`. */
export function compileRedirectLocation(
  config: RedirectAction,
  matchedLength: number | undefined,
  path: ConfigPath,
  diagnostics: DiagnosticSink,
): RedirectLocation {
  const { httpsRedirect = false, schemeRedirect = "", hostRedirect = "", portRedirect = 0 } = config;
  const fixedScheme = schemeRedirect === "" ? (httpsRedirect ? "https" : undefined) : toByteString(schemeRedirect);
  const fixedHost = hostRedirect === "" ? undefined : toByteString(hostRedirect);
  const port = portRedirect === 0 ? "" : `:${portRedirect}`;
  const pathOf = compilePath(config, { matchedLength, path }, diagnostics);
  return (request, info) => {
    const scheme = fixedScheme ?? request.get(":scheme") ?? "";
    const host = fixedHost ?? hostOfRequest(request, scheme, port !== "");
    return `${scheme}://${host}${port}${withSlash(pathOf(request.get(":path") ?? "", request, info))}`;
  };
}

type LocationPath = (pathAndQuery: string, request: HeaderMap, info: StreamInfo) => string;

interface RedirectPlace {
  readonly matchedLength: number | undefined;
  /** Of the action. */
  readonly path: ConfigPath;
}

function compilePath(
  config: RedirectAction,
  { matchedLength, path }: RedirectPlace,
  diagnostics: DiagnosticSink,
): LocationPath {
  const { pathRedirect = "", pathRewrite = "", stripQuery = false } = config;
  const rewrite = compilePathRewrite(config, matchedLength, path, diagnostics);
  const strip = stripQuery ? withoutQuery : (text: string): string => text;
  const rewritten: LocationPath = rewrite === undefined ? strip : (pathAndQuery) => strip(rewrite(pathAndQuery));
  if (pathRedirect !== "") {
    const fixed = toByteString(pathRedirect);
    return (pathAndQuery) => withQuery(fixed, pathAndQuery, stripQuery);
  }
  if (pathRewrite === "") return rewritten;
  const format = compileFormattedPath(pathRewrite, path.field("pathRewrite"), diagnostics);
  return (pathAndQuery, request, info) => {
    const text = format?.(request, info);
    return text === undefined ? strip(pathAndQuery) : withQuery(text, pathAndQuery, stripQuery);
  };
}

/** A path with a query of its own takes the place of the request's query, too, and keeps it where queries are to be stripped. */
function withQuery(path: string, pathAndQuery: string, stripQuery: boolean): string {
  return stripQuery || path.includes("?") ? path : path + queryOf(pathAndQuery);
}

function withSlash(path: string): string {
  return path.startsWith("/") ? path : `/${path}`;
}

function queryOf(path: string): string {
  const at = path.indexOf("?");
  return at < 0 ? "" : path.slice(at);
}

function withoutQuery(path: string): string {
  const at = path.indexOf("?");
  return at < 0 ? path : path.slice(0, at);
}

/**
 * The request's host, without its port if another one is written, or if it is the default port of a scheme that changes. As
 * Envoy does, the scheme that the client used is taken from `x-forwarded-proto`.
 */
function hostOfRequest(request: HeaderMap, newScheme: string, hasNewPort: boolean): string {
  const authority = request.get(":authority") ?? "";
  const colon = authority.startsWith("[") ? authority.lastIndexOf("]:") + 1 || -1 : authority.lastIndexOf(":");
  if (colon < 0) return authority;
  const scheme = request.get("x-forwarded-proto") ?? "";
  const isDefaultPort = authority.slice(colon) === DEFAULT_PORTS.get(scheme);
  return hasNewPort || (newScheme !== scheme && isDefaultPort) ? authority.slice(0, colon) : authority;
}

const DEFAULT_PORTS: ReadonlyMap<string, string> = new Map([
  ["http", ":80"],
  ["https", ":443"],
]);
