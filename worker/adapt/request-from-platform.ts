import { type EdgePath, edgePath } from "../../shared/http/path.ts";
import type { RequestScope } from "../../shared/host/request-scope.ts";
import { HeaderMap } from "../../shared/http/header-map.ts";
import { EdgeConnection } from "./edge-connection.ts";
import { valueFromPlatform } from "./header-text.ts";

/** The request target exactly as the platform gives it: behind the authority, normalised or not. */
export function edgePathOf(request: Request): EdgePath {
  const url = request.url;
  const authorityEnd = url.indexOf("/", url.indexOf("://") + 3);
  return edgePath(authorityEnd < 0 ? "/" : url.slice(authorityEnd));
}

/** What a host has to know of a request, taken from the platform with as few calls into it as there can be. */
export interface PlatformRequest {
  /** With Envoy's pseudo headers before the platform's own. */
  readonly headers: HeaderMap;
  readonly downstream: EdgeConnection;
}

/** `path` is the canonical one, from {@link edgePathOf}. */
export function requestFromPlatform(request: Request, path: string, scope: RequestScope): PlatformRequest {
  const { url, cf } = request;
  const schemeEnd = url.indexOf("://");
  const headers = new HeaderMap();
  headers.append(":method", request.method);
  headers.append(":path", path);
  headers.append(":authority", authorityOf(url, schemeEnd));
  headers.append(":scheme", url.slice(0, schemeEnd));
  for (const [name, text] of request.headers) {
    const value = valueFromPlatform(text);
    if (name === "cookie") headers.append(name, joinedCookies(value));
    else if (name === "host") headers.set(":authority", value);
    else headers.append(name, value);
  }
  restoreAcceptEncoding(headers, cf?.clientAcceptEncoding);
  const client = headers.get("cf-connecting-ip");
  if (client !== undefined) takeBackForwardedFor(headers, client);
  const tls = url.startsWith("https:");
  return { headers, downstream: new EdgeConnection({ client, tls, facts: cf, scope }) };
}

/** Several cookie lines reach a Worker joined with `, `; the core, like Envoy, wants them joined with `; `. */
function joinedCookies(value: string): string {
  return value.includes(", ") ? value.replaceAll(/, (?=[^;,=\s]+=)/g, "; ") : value;
}

/**
 * The platform asks for `br, gzip` in the client's place. Bodies pass untouched here, so the upstream has to hear what the
 * client itself accepts.
 */
function restoreAcceptEncoding(headers: HeaderMap, asked: unknown): void {
  if (typeof asked !== "string") return;
  if (asked === "") headers.remove("accept-encoding");
  else headers.set("accept-encoding", asked);
}

/**
 * The platform appends the client to `x-forwarded-for` before the Worker sees it. Appending is the connection manager's to
 * decide, so the platform's entry is taken back; the address itself stays known as the peer.
 */
function takeBackForwardedFor(headers: HeaderMap, client: string): void {
  const entries = headers.get("x-forwarded-for")?.split(",") ?? [];
  if (entries.at(-1)?.trim() !== client) return;
  if (entries.length === 1) headers.remove("x-forwarded-for");
  else headers.set("x-forwarded-for", entries.slice(0, -1).join(","));
}

function authorityOf(url: string, schemeEnd: number): string {
  const end = url.indexOf("/", schemeEnd + 3);
  return url.slice(schemeEnd + 3, end < 0 ? undefined : end);
}
