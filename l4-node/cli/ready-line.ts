import { renderBindAddress } from "../listener/bind-address.ts";
import type { Server } from "../server/server.ts";

/**
 * The one line that says that everything listens; scripts wait for it and read ports from it:
 * `nuncio: ready listener NAME on ADDRESS, listener NAME on ADDRESS admin ADDRESS`.
 */
export function readyLine(server: Pick<Server, "listeners" | "adminAddress">): string {
  const listeners = server.listeners().map(({ name, address }) => `listener ${name} on ${renderBindAddress(address)}`);
  const parts = ["nuncio: ready"];
  if (listeners.length > 0) parts.push(listeners.join(", "));
  if (server.adminAddress !== undefined) parts.push(`admin ${renderBindAddress(server.adminAddress)}`);
  return parts.join(" ");
}
