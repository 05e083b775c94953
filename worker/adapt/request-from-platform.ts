import { type EdgePath, edgePath } from "../../shared/http/path.ts";
import { HeaderMap } from "../../shared/http/header-map.ts";
import type { DownstreamInfo, Protocol } from "../../shared/http/stream-info.ts";

/** The request target exactly as the platform gives it: behind the authority, normalised or not. */
export function edgePathOf(request: Request): EdgePath {
  const url = request.url;
  const authorityEnd = url.indexOf("/", url.indexOf("://") + 3);
  return edgePath(authorityEnd < 0 ? "/" : url.slice(authorityEnd));
}

/** The platform's request headers with Envoy's pseudo headers before them. */
export function headersFromRequest(request: Request, path: string): HeaderMap {
  const { scheme, authority } = originOf(request.url);
  const headers = new HeaderMap();
  headers.add(":method", request.method);
  headers.add(":path", path);
  headers.add(":authority", request.headers.get("host") ?? authority);
  headers.add(":scheme", scheme);
  for (const [name, value] of request.headers) {
    if (name === "host") continue;
    // Several cookie lines reach a Worker joined with `, `; the core, like Envoy, wants them joined with `; `.
    headers.add(name, name === "cookie" ? value.replaceAll(/, (?=[^;,=\s]+=)/g, "; ") : value);
  }
  restoreAcceptEncoding(headers, request);
  takeBackForwardedFor(headers);
  return headers;
}

/** The platform always names the client; only a local workerd does not, and that listens on loopback. */
const LOOPBACK = "127.0.0.1";

/** What the platform tells of the client's connection; there is no socket to ask. */
export function downstreamFromRequest(request: Request): DownstreamInfo {
  const client = request.headers.get("cf-connecting-ip") ?? LOOPBACK;
  const address = `${client.includes(":") ? `[${client}]` : client}:0`;
  return {
    remoteAddress: address,
    directRemoteAddress: address,
    localAddress: `${LOOPBACK}:0`,
    protocol: protocolFrom(request.cf?.httpProtocol),
    tls: request.url.startsWith("https:"),
  };
}

/**
 * The platform asks for `br, gzip` in the client's place. Bodies pass untouched here, so the upstream has to hear what the
 * client itself accepts.
 */
function restoreAcceptEncoding(headers: HeaderMap, request: Request): void {
  const asked = request.cf?.clientAcceptEncoding;
  if (typeof asked !== "string") return;
  if (asked === "") headers.remove("accept-encoding");
  else headers.set("accept-encoding", asked);
}

/**
 * The platform appends the client to `x-forwarded-for` before the Worker sees it. Appending is the connection manager's to
 * decide, so the platform's entry is taken back; the address itself stays known as the peer.
 */
function takeBackForwardedFor(headers: HeaderMap): void {
  const client = headers.get("cf-connecting-ip");
  const entries = headers.get("x-forwarded-for")?.split(",") ?? [];
  if (client === undefined || entries.at(-1)?.trim() !== client) return;
  if (entries.length === 1) headers.remove("x-forwarded-for");
  else headers.set("x-forwarded-for", entries.slice(0, -1).join(","));
}

function originOf(url: string): { scheme: string; authority: string } {
  const schemeEnd = url.indexOf("://");
  const authorityEnd = url.indexOf("/", schemeEnd + 3);
  return {
    scheme: url.slice(0, schemeEnd),
    authority: url.slice(schemeEnd + 3, authorityEnd < 0 ? undefined : authorityEnd),
  };
}

function protocolFrom(name: unknown): Protocol {
  if (name === "HTTP/1.0" || name === "HTTP/2" || name === "HTTP/3") return name;
  return "HTTP/1.1";
}
