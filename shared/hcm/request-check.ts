import type { HeaderMap } from "../http/header-map.ts";
import type { LocalReply } from "../http/local-reply.ts";
import { DETAILS } from "../http/response-code-details.ts";

export interface RequestCheckPolicy {
  /** Port removed from the host before anything looks at it. */
  readonly stripPort: "none" | "matching" | "any";
  readonly stripTrailingHostDot: boolean;
  /** Local port of the listener, for `strip_matching_host_port`. */
  readonly localPort: number | undefined;
  /** Names and values of all headers together (`max_request_headers_kb`). */
  readonly maxHeaderBytes: number;
  /** Lines of a header block, pseudo headers other than the host not counted (`max_headers_count`). */
  readonly maxHeaders: number;
  /** What becomes of headers with `_` in their names. */
  readonly underscores: "ALLOW" | "REJECT_REQUEST" | "DROP_HEADER";
  /** Rewrites a path without query, or refuses it. Composed from the path options once, at compile time. */
  readonly normalizePath: (path: string) => PathOutcome;
}

export type PathOutcome =
  | { readonly kind: "ok"; readonly path: string }
  | { readonly kind: "redirect"; readonly path: string }
  | { readonly kind: "rejected" };

/**
 * What must hold before routing; gives the answer to a request for which it does not. The order and the answers are Envoy's
 * (`ActiveStream::decodeHeaders`).
 */
export function checkRequest(headers: HeaderMap, policy: RequestCheckPolicy): LocalReply | undefined {
  if (headers.byteSize > policy.maxHeaderBytes) return invalid(431, DETAILS.headersTooLarge);
  if (countOf(headers) > policy.maxHeaders) return invalid(431, DETAILS.tooManyHeaders);
  if (policy.underscores === "DROP_HEADER") headers.removeIf(hasUnderscore);
  else if (policy.underscores === "REJECT_REQUEST" && headers.some(hasUnderscore)) {
    return invalid(400, DETAILS.underscoreInHeader);
  }
  const authority = headers.get(":authority");
  if (authority === undefined || authority === "") return { status: 400, details: DETAILS.missingHostHeader };
  if (!AUTHORITY.test(authority)) return invalid(400, DETAILS.invalidAuthority);
  const path = headers.get(":path");
  const connect = headers.get(":method") === "CONNECT";
  if (path === undefined || path === "") return connect ? undefined : { status: 404, details: DETAILS.missingPath };
  if (!path.startsWith("/")) return { status: 404, details: DETAILS.absolutePath };
  headers.set(":authority", normalizedHost(authority, policy));
  return checkPath(headers, path, policy);
}

/** What may stand in an authority (RFC 3986 section 3.2). */
const AUTHORITY = /^[\w.~!$&'()*+,;=:@%[\]-]*$/;

/** What Envoy's codec answers by itself. */
function invalid(status: 400 | 431, details: string): LocalReply {
  const body = status === 400 ? "Bad Request" : "Request Header Fields Too Large";
  return { status, body, details, flag: "DownstreamProtocolError" };
}

/** Method, path and scheme are part of the request line. */
const REQUEST_LINE_HEADERS = 3;

function countOf(headers: HeaderMap): number {
  return headers.size - REQUEST_LINE_HEADERS;
}

function hasUnderscore(name: string): boolean {
  return name.includes("_");
}

/** A gRPC client follows no redirect. */
const GRPC_INTERNAL = 13;

function checkPath(headers: HeaderMap, path: string, policy: RequestCheckPolicy): LocalReply | undefined {
  const outcome = path.includes("#") ? REJECTED : policy.normalizePath(path);
  switch (outcome.kind) {
    case "rejected":
      return { status: 400, details: DETAILS.pathNormalizationFailed };
    case "redirect":
      return {
        status: 307,
        grpcStatus: GRPC_INTERNAL,
        details: DETAILS.pathNormalizationFailed,
        modifyHeaders: (reply) => reply.set("location", outcome.path),
      };
    case "ok":
      if (outcome.path !== path) headers.set(":path", outcome.path);
      return undefined;
  }
}

const REJECTED: PathOutcome = { kind: "rejected" };

function normalizedHost(authority: string, policy: RequestCheckPolicy): string {
  const portAt = portPosition(authority);
  const port = portAt < 0 ? undefined : Number(authority.slice(portAt + 1));
  const strips =
    portAt >= 0 && (policy.stripPort === "any" || (policy.stripPort === "matching" && port === policy.localPort));
  const host = portAt < 0 ? authority : authority.slice(0, portAt);
  const bare = policy.stripTrailingHostDot && host.endsWith(".") ? host.slice(0, -1) : host;
  return strips || portAt < 0 ? bare : `${bare}${authority.slice(portAt)}`;
}

/** Where `:port` begins; -1 without one. The colons inside an IPv6 literal are none. */
function portPosition(authority: string): number {
  const at = authority.lastIndexOf(":");
  if (at < 0 || authority.indexOf("]") > at) return -1;
  return /^\d+$/.test(authority.slice(at + 1)) ? at : -1;
}
