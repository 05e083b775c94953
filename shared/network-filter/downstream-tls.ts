import type { LocalReply } from "../http/local-reply.ts";
import type { DownstreamInfo } from "../http/stream-info.ts";
import type { DownstreamTlsContext, TlsParametersTlsProtocol, TransportSocket } from "../schema/envoy-types.ts";

const DOWNSTREAM_TLS = "type.googleapis.com/envoy.extensions.transport_sockets.tls.v3.DownstreamTlsContext";

/** What a listener asks of a connection whose TLS somebody else terminated; a refusal for one that falls short. */
export type ConnectionCheck = (downstream: DownstreamInfo) => LocalReply | undefined;

/**
 * The part of a `DownstreamTlsContext` that can still be asked for when TLS is terminated by the platform: the versions of
 * `tls_params`, and a valid client certificate. `undefined` where it asks for neither. Envoy fails the handshake; here each
 * request is answered with 403.
 */
export function compileConnectionCheck(socket: TransportSocket | undefined): ConnectionCheck | undefined {
  const config = socket?.typedConfig;
  if (config?.["@type"] !== DOWNSTREAM_TLS) return undefined;
  // Checked against the schema by the loader, like every typed_config.
  const { commonTlsContext, requireClientCertificate = false } = config as DownstreamTlsContext;
  const { tlsMinimumProtocolVersion, tlsMaximumProtocolVersion } = commonTlsContext?.tlsParams ?? {};
  const lowest = versionOf(tlsMinimumProtocolVersion) ?? 0;
  const highest = versionOf(tlsMaximumProtocolVersion) ?? Number.POSITIVE_INFINITY;
  if (!requireClientCertificate && lowest === 0 && highest === Number.POSITIVE_INFINITY) return undefined;
  return ({ tlsConnection }) => {
    const version = VERSIONS.indexOf(tlsConnection?.version ?? "");
    if (version >= 0 && (version < lowest || version > highest)) return VERSION_REFUSED;
    const isKnown = tlsConnection?.peerCertificate?.validated === true;
    return requireClientCertificate && !isKnown ? CERTIFICATE_REFUSED : undefined;
  };
}

const VERSION_REFUSED: LocalReply = { status: 403, details: "tls_version_not_allowed" };
const CERTIFICATE_REFUSED: LocalReply = { status: 403, details: "client_certificate_required" };

/** In order. A request without TLS has none, and no version to fall short of. */
const VERSIONS: readonly string[] = ["TLSv1", "TLSv1.1", "TLSv1.2", "TLSv1.3"];
const NAMES: readonly TlsParametersTlsProtocol[] = ["TLSv1_0", "TLSv1_1", "TLSv1_2", "TLSv1_3"];

function versionOf(name: TlsParametersTlsProtocol | undefined): number | undefined {
  const at = name === undefined ? -1 : NAMES.indexOf(name);
  return at < 0 ? undefined : at;
}
