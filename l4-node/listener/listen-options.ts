import type { ListenOptions, Server } from "node:net";
import { type BindAddress, socketPath } from "./bind-address.ts";

/** How sockets are bound here. */
export interface BindMode {
  /** Several threads bind the address, and the kernel spreads connections over them. */
  readonly reusePort: boolean;
  readonly backlog?: number | undefined;
}

/** `exclusive` keeps `node:cluster` out of it, should anyone start us below it. */
export function listenOptions(address: BindAddress, mode: BindMode): ListenOptions {
  const backlog = mode.backlog === undefined ? {} : { backlog: mode.backlog };
  if (address.kind === "pipe") return { path: socketPath(address), exclusive: true, ...backlog };
  const { host, port, ipv6Only } = address;
  return { host, port, ipv6Only, exclusive: true, reusePort: mode.reusePort, ...backlog };
}

/** Resolves once the server listens; rejects with the platform's error when it cannot. */
export function listen(server: Server, options: ListenOptions): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(options, () => {
      server.off("error", reject);
      resolve();
    });
  });
}

/** A reason for people: `address already in use`. */
export function bindFailureReason(error: unknown): string {
  const code = error instanceof Error && "code" in error ? String(error.code) : "";
  return REASONS[code] ?? (error instanceof Error ? error.message : String(error));
}

const REASONS: Readonly<Record<string, string>> = {
  EADDRINUSE: "address already in use",
  EADDRNOTAVAIL: "no interface of this machine has that address",
  EACCES: "permission denied",
  ENOENT: "the folder does not exist",
  EAFNOSUPPORT: "this machine does not have that address family",
};
