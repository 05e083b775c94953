import type { ConfigPath } from "../diagnostics/config-path.ts";
import type { DiagnosticSink } from "../diagnostics/diagnostic.ts";
import type { Address as AddressConfig, SocketAddress } from "../schema/envoy-types.ts";
import { parseIp, renderIp } from "./ip-address.ts";

/** Where something listens or is reached. Plain data: it may be posted to another thread. */
export type Address =
  /** `host` is an IP address in canonical text, without brackets. */
  | { readonly kind: "ip"; readonly host: string; readonly port: number }
  /** `host` is a name that DNS has to resolve. */
  | { readonly kind: "name"; readonly host: string; readonly port: number }
  /** A Unix domain socket; `@` at the beginning stands for the abstract namespace. */
  | { readonly kind: "pipe"; readonly path: string }
  /** An internal listener; at the edge the name of a binding. */
  | { readonly kind: "internal"; readonly listener: string; readonly endpointId: string };

/** Reads an `envoy.config.core.v3.Address`; `undefined` after an error has been reported. */
export function addressFromConfig(
  config: AddressConfig,
  path: ConfigPath,
  diagnostics: DiagnosticSink,
): Address | undefined {
  const { socketAddress, pipe, envoyInternalAddress: internal } = config;
  if (socketAddress) return socketAddressFromConfig(socketAddress, path.field("socketAddress"), diagnostics);
  if (pipe) return { kind: "pipe", path: pipe.path ?? "" };
  if (internal) {
    return { kind: "internal", listener: internal.serverListenerName ?? "", endpointId: internal.endpointId ?? "" };
  }
  diagnostics.error(path, "config.oneof", "expected one of socket_address, pipe, envoy_internal_address");
  return undefined;
}

/** Reads an `envoy.config.core.v3.SocketAddress`; `undefined` after an error has been reported. */
function socketAddressFromConfig(
  config: SocketAddress,
  path: ConfigPath,
  diagnostics: DiagnosticSink,
): Address | undefined {
  const { address = "", portValue: port = 0, namedPort, protocol } = config;
  if (protocol === "UDP") {
    diagnostics.error(path.field("protocol"), "config.unsupported", "UDP is not implemented");
    return undefined;
  }
  if (namedPort !== undefined) {
    diagnostics.error(path.field("namedPort"), "config.unsupported", "named ports are not implemented");
    return undefined;
  }
  const ip = parseIp(address);
  return ip === undefined ? { kind: "name", host: address, port } : { kind: "ip", host: renderIp(ip), port };
}

/** The text that Envoy prints: `10.0.0.1:80`, `[::1]:80`, `name:80`, a pipe's path, `envoy://listener/endpoint`. */
export function renderAddress(address: Address): string {
  switch (address.kind) {
    case "ip":
    case "name":
      return address.host.includes(":") ? `[${address.host}]:${address.port}` : `${address.host}:${address.port}`;
    case "pipe":
      return address.path;
    case "internal":
      return `envoy://${address.listener}/${address.endpointId}`;
  }
}
