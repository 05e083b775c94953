import type { HeaderMap } from "../http/header-map.ts";
import type { DownstreamInfo } from "../http/stream-info.ts";
import type { PeerCertificate, TlsConnection } from "../http/tls-connection.ts";
import type { HttpConnectionManager } from "../schema/envoy-types.ts";

const XFCC = "x-forwarded-client-cert";

/** What becomes of `x-forwarded-client-cert`. */
export type ClientCertificatePolicy = (headers: HeaderMap, downstream: DownstreamInfo) => void;

/**
 * Compiles `forward_client_cert_details` and `set_current_client_cert_details`. Source: Envoy
 * `ConnectionManagerUtility::mutateXfccRequestHeader`.
 */
export function compileClientCertificate(config: HttpConnectionManager): ClientCertificatePolicy {
  const action = config.forwardClientCertDetails ?? "SANITIZE";
  if (action === "ALWAYS_FORWARD_ONLY") return () => undefined;
  if (action === "SANITIZE") return (headers) => void headers.remove(XFCC);
  const details = compileDetails(config);
  return (headers, { tlsConnection }) => {
    const certificate = tlsConnection?.peerCertificate;
    if (tlsConnection === undefined || certificate === undefined) headers.remove(XFCC);
    else if (action === "SANITIZE_SET") headers.set(XFCC, details(tlsConnection, certificate));
    else if (action === "APPEND_FORWARD") headers.add(XFCC, details(tlsConnection, certificate));
  };
}

type Details = (connection: TlsConnection, certificate: PeerCertificate) => string;

function compileDetails({ setCurrentClientCertDetails: wanted = {} }: HttpConnectionManager): Details {
  return (connection, certificate) => {
    const parts = localNames(connection).map((name) => `By=${name}`);
    const {
      sha256Fingerprint,
      urlEncodedPem,
      urlEncodedPemChain,
      subject = "",
      uriSans = [],
      dnsSans = [],
    } = certificate;
    if (sha256Fingerprint !== undefined) parts.push(`Hash=${sha256Fingerprint}`);
    if (wanted.cert === true && urlEncodedPem !== undefined) parts.push(`Cert="${urlEncodedPem}"`);
    if (wanted.chain === true && urlEncodedPemChain !== undefined) parts.push(`Chain="${urlEncodedPemChain}"`);
    if (wanted.subject === true) parts.push(`Subject="${subject}"`);
    // As in Envoy, the key is there even if there is no such name.
    if (wanted.uri === true) parts.push(...(uriSans.length === 0 ? [""] : uriSans).map((name) => `URI=${name}`));
    if (wanted.dns === true) parts.push(...dnsSans.map((name) => `DNS=${name}`));
    return parts.join(";");
  };
}

function localNames({ localUriSans = [], localDnsSans = [] }: TlsConnection): readonly string[] {
  return localUriSans.length > 0 ? localUriSans : localDnsSans;
}
