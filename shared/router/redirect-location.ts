import type { ConfigPath } from "../diagnostics/config-path.ts";
import type { DiagnosticSink } from "../diagnostics/diagnostic.ts";
import type { HeaderMap } from "../http/header-map.ts";
import { toByteString } from "../matching/byte-string.ts";
import type { RedirectAction } from "../schema/envoy-types.ts";
import { compilePathRewrite, type PathRewrite } from "./path-rewrite.ts";

/** Where a request is sent instead. */
export type RedirectLocation = (request: HeaderMap) => string;

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
  const pathOf = compilePath(config, compilePathRewrite(config, matchedLength, path, diagnostics));
  return (request) => {
    const scheme = fixedScheme ?? request.get(":scheme") ?? "";
    const host = fixedHost ?? hostOfRequest(request, scheme, port !== "");
    return `${scheme}://${host}${port}${pathOf(request.get(":path") ?? "")}`;
  };
}

/** A query in `path_redirect` takes the place of the request's own, and stays even where the query is to be stripped. */
function compilePath(config: RedirectAction, rewrite: PathRewrite | undefined): PathRewrite {
  const { pathRedirect = "", stripQuery = false } = config;
  const fixed = toByteString(pathRedirect);
  if (fixed.includes("?")) return () => fixed;
  const strip: PathRewrite = stripQuery ? withoutQuery : (path) => path;
  if (fixed !== "") return stripQuery ? () => fixed : (path) => fixed + queryOf(path);
  return rewrite === undefined ? strip : (path) => strip(rewrite(path));
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
