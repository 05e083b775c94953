import type { HeaderMap } from "./header-map.ts";

/** Headers that are about one connection and never about the message (RFC 9110 section 7.6.1, with older ones still in use). */
const HOP_BY_HOP: ReadonlySet<string> = new Set([
  "connection",
  "http2-settings",
  "keep-alive",
  "proxy-connection",
  "te",
  "transfer-encoding",
  "upgrade",
]);

/**
 * Removes what belongs to the connection that a message came on, also what its own `connection` names. `te: trailers` stays on
 * requests: gRPC servers insist on it. With `keepUpgrade` a wish to switch protocols, or the consent to it, stays; `h2c` never does.
 *
 * What `connection` names goes only if it may: Envoy never lets a client take away a header that routing or the proxy's own
 * marks depend on.
 */
export function removeHopByHop(headers: HeaderMap, options: { readonly keepUpgrade: boolean }): void {
  const named = namedByConnection(headers.get("connection"));
  const wantsTrailers = hasTrailersToken(headers.get("te"));
  const upgrade = options.keepUpgrade && named.has("upgrade") ? headers.get("upgrade") : undefined;
  headers.removeIf((name) => HOP_BY_HOP.has(name) || (named.has(name) && isRemovable(name)));
  if (wantsTrailers) headers.add("te", "trailers");
  if (upgrade === undefined || upgrade.toLowerCase() === "h2c") return;
  headers.add("connection", "upgrade");
  headers.add("upgrade", upgrade);
}

function namedByConnection(connection: string | undefined): ReadonlySet<string> {
  if (connection === undefined) return NONE;
  return new Set(connection.split(",").map((token) => token.trim().toLowerCase()));
}

const NONE: ReadonlySet<string> = new Set();

/** Source: Envoy `Utility::sanitizeConnectionHeader`, which refuses to remove these on a client's word. */
function isRemovable(name: string): boolean {
  return !name.startsWith(":") && !name.startsWith("x-envoy-") && !PROTECTED.has(name);
}

const PROTECTED: ReadonlySet<string> = new Set([
  "cookie",
  "host",
  "content-length",
  "x-forwarded-for",
  "x-forwarded-host",
  "x-forwarded-proto",
]);

function hasTrailersToken(te: string | undefined): boolean {
  return te !== undefined && te.split(",").some((token) => token.trim().split(";")[0]?.toLowerCase() === "trailers");
}
