import type { PeerCertificate, TlsConnection } from "../http/tls-connection.ts";
import type { FormatContext, FormatOperator } from "./format-context.ts";
import { type OperatorTable, plain } from "./operator-spec.ts";
import { timeOperator } from "./time-operators.ts";

type TlsOf = (context: FormatContext) => TlsConnection | undefined;

/** As OpenSSL prints the dates of certificates. */
const CERTIFICATE_TIME = "%b %e %H:%M:%S %Y GMT";

const downstream: TlsOf = ({ streamInfo }) => streamInfo.downstream.tlsConnection;
const upstream: TlsOf = ({ streamInfo }) => streamInfo.upstreamConnection?.tls;

const session =
  (tlsOf: TlsOf, read: (tls: TlsConnection) => string | undefined): FormatOperator =>
  (context) => {
    const tls = tlsOf(context);
    return (tls && read(tls)) || undefined;
  };

const peer = (tlsOf: TlsOf, read: (peer: PeerCertificate) => string | undefined): FormatOperator =>
  session(tlsOf, ({ peerCertificate }) => peerCertificate && read(peerCertificate));

const list = (names: readonly string[] | undefined): string | undefined => names?.join(",");

/** What both sides have. */
function sessionOperators(side: string, tlsOf: TlsOf): OperatorTable {
  return {
    [`${side}_TLS_VERSION`]: plain(session(tlsOf, ({ version }) => version)),
    [`${side}_TLS_CIPHER`]: plain(session(tlsOf, ({ cipher }) => cipher)),
    [`${side}_TLS_SESSION_ID`]: plain(session(tlsOf, ({ sessionId }) => sessionId)),
    [`${side}_PEER_SUBJECT`]: plain(peer(tlsOf, ({ subject }) => subject)),
    [`${side}_PEER_ISSUER`]: plain(peer(tlsOf, ({ issuer }) => issuer)),
    [`${side}_PEER_CERT`]: plain(peer(tlsOf, ({ urlEncodedPem }) => urlEncodedPem)),
    [`${side}_PEER_CERT_V_START`]: timeOperator(
      (context) => tlsOf(context)?.peerCertificate?.notBeforeMs,
      CERTIFICATE_TIME,
    ),
    [`${side}_PEER_CERT_V_END`]: timeOperator(
      (context) => tlsOf(context)?.peerCertificate?.notAfterMs,
      CERTIFICATE_TIME,
    ),
    [`${side}_PEER_URI_SAN`]: plain(peer(tlsOf, ({ uriSans }) => list(uriSans))),
    [`${side}_PEER_DNS_SAN`]: plain(peer(tlsOf, ({ dnsSans }) => list(dnsSans))),
    [`${side}_PEER_IP_SAN`]: plain(peer(tlsOf, ({ ipSans }) => list(ipSans))),
    [`${side}_LOCAL_URI_SAN`]: plain(session(tlsOf, ({ localUriSans }) => list(localUriSans))),
    [`${side}_LOCAL_DNS_SAN`]: plain(session(tlsOf, ({ localDnsSans }) => list(localDnsSans))),
  };
}

/** Operators that print TLS sessions and certificates, as far as the host tells of them; the rest is missing. */
export const TLS_OPERATORS: OperatorTable = {
  ...sessionOperators("DOWNSTREAM", downstream),
  ...sessionOperators("UPSTREAM", upstream),
  DOWNSTREAM_PEER_EMAIL_SAN: plain(peer(downstream, ({ emailSans }) => list(emailSans))),
  DOWNSTREAM_PEER_FINGERPRINT_256: plain(peer(downstream, ({ sha256Fingerprint }) => sha256Fingerprint)),
  DOWNSTREAM_PEER_FINGERPRINT_1: plain(peer(downstream, ({ sha1Fingerprint }) => sha1Fingerprint)),
  DOWNSTREAM_PEER_SERIAL: plain(peer(downstream, ({ serialNumber }) => serialNumber)),
  DOWNSTREAM_LOCAL_SUBJECT: plain(session(downstream, ({ localSubject }) => localSubject)),
  UPSTREAM_SERVER_NAME: plain(session(upstream, ({ sni }) => sni)),
  // A connection whose handshake failed carries no stream.
  DOWNSTREAM_TRANSPORT_FAILURE_REASON: plain(() => undefined),
  // Envoy, too, has none unless its TLS inspector is told to make them.
  TLS_JA3_FINGERPRINT: plain(() => undefined),
  TLS_JA4_FINGERPRINT: plain(() => undefined),
};
