import type { AdminAddress } from "./admin-source.ts";

/** `10.0.0.1:80`, `[::1]:80`, a pipe's path, or `envoy://NAME/` for an internal listener. */
export function renderAddress(address: AdminAddress): string {
  switch (address.kind) {
    case "socket":
      return address.ip.includes(":") ? `[${address.ip}]:${address.port}` : `${address.ip}:${address.port}`;
    case "pipe":
      return address.path;
    case "internal":
      return `envoy://${address.listener}/`;
  }
}

/** `envoy.config.core.v3.Address`. */
export function addressJson(address: AdminAddress): unknown {
  switch (address.kind) {
    case "socket":
      return { socket_address: { address: address.ip, port_value: address.port } };
    case "pipe":
      return { pipe: { path: address.path } };
    case "internal":
      return { envoy_internal_address: { server_listener_name: address.listener } };
  }
}
