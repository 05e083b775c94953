import type { ConfigPath } from "../diagnostics/config-path.ts";
import type { DiagnosticSink } from "../diagnostics/diagnostic.ts";
import type { Cluster } from "../schema/envoy-types.ts";

const TLS = "type.googleapis.com/envoy.extensions.transport_sockets.tls.v3.UpstreamTlsContext";
const RAW_BUFFER = "type.googleapis.com/envoy.extensions.transport_sockets.raw_buffer.v3.RawBuffer";

/**
 * Whether connections to a cluster are encrypted (`Cluster.transport_socket`); `undefined` after reporting a socket of another
 * kind. What the context asks for beyond that is the support tables' to accept or refuse.
 */
export function compileTransportSocket(
  { transportSocket }: Cluster,
  path: ConfigPath,
  diagnostics: DiagnosticSink,
): boolean | undefined {
  const type = transportSocket?.typedConfig?.["@type"];
  if (transportSocket === undefined || type === RAW_BUFFER) return false;
  if (type === TLS) return true;
  const message = `transport socket "${transportSocket.name ?? ""}" is not implemented`;
  diagnostics.error(path.field("transportSocket"), "config.unsupported", message);
  return undefined;
}
