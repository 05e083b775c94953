import type { ConfigPath } from "../diagnostics/config-path.ts";
import type { DiagnosticSink } from "../diagnostics/diagnostic.ts";
import type { HeaderMap } from "../http/header-map.ts";
import { stripQueryAndFragment } from "../http/path.ts";
import { toByteString } from "../matching/byte-string.ts";
import { compileRegexRewrite } from "../matching/regex-matcher.ts";
import type { RouteAction } from "../schema/envoy-types.ts";
import { compileFormattedHost, type FormattedRewrite } from "./formatted-rewrite.ts";

/** The host that a request is to get; `undefined` leaves the one it has. */
export type HostRewrite = FormattedRewrite;

/** Compiles what a route makes of the host; `undefined` where nothing, or where only the upstream host decides. */
export function compileHostRewrite(
  action: RouteAction,
  path: ConfigPath,
  diagnostics: DiagnosticSink,
): HostRewrite | undefined {
  const { hostRewriteLiteral, hostRewriteHeader, hostRewritePathRegex, hostRewrite = "" } = action;
  if (hostRewrite !== "") return compileFormattedHost(hostRewrite, path.field("hostRewrite"), diagnostics);
  if (hostRewriteLiteral !== undefined && hostRewriteLiteral !== "") {
    const host = toByteString(hostRewriteLiteral);
    return () => host;
  }
  if (hostRewriteHeader !== undefined && hostRewriteHeader !== "") {
    const name = hostRewriteHeader.toLowerCase();
    return (request) => request.values(name)[0] || undefined;
  }
  if (hostRewritePathRegex === undefined) return undefined;
  const replace = compileRegexRewrite(hostRewritePathRegex, path.field("hostRewritePathRegex"), diagnostics);
  return replace && ((request) => replace(stripQueryAndFragment(request.get(":path") ?? "")));
}

/**
 * Gives a request another host and keeps the old one in `x-envoy-original-host`, and, if wanted, at the end of
 * `x-forwarded-host` unless it stands there already. Source: Envoy `Http::Utility::updateAuthority`.
 */
export function rewriteAuthority(request: HeaderMap, host: string, appendXForwardedHost: boolean): void {
  const before = request.get(":authority") ?? "";
  if (appendXForwardedHost && before !== "" && !endsWithHost(request.get("x-forwarded-host"), before)) {
    request.add("x-forwarded-host", before);
  }
  request.set("x-envoy-original-host", before);
  request.set(":authority", host);
}

/** Compared without trimming, as in Envoy. */
function endsWithHost(forwarded: string | undefined, host: string): boolean {
  return forwarded !== undefined && forwarded.split(",").findLast((part) => part !== "") === host;
}
