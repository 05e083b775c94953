import type { HeaderMap } from "../http/header-map.ts";

/** The protocol that a request wants to change to, in lower case. `h2c` is no wish that is ever met: Envoy strips it. */
export function requestedUpgrade(headers: HeaderMap): string | undefined {
  const upgrade = headers.get("upgrade")?.toLowerCase();
  if (upgrade === undefined || upgrade === "h2c") return undefined;
  const connection = headers.get("connection")?.toLowerCase() ?? "";
  return connection.split(",").some((token) => token.trim() === "upgrade") ? upgrade : undefined;
}
