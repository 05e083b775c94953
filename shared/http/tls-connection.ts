/** The client's certificate, as the host checked it. Names as in Envoy's operators; absent where not known. */
export interface PeerCertificate {
  /** Presented; and signed by an authority that the listener trusts. */
  readonly validated: boolean;
  /** Lower-case hex of the SHA-256 of the DER form. */
  readonly sha256Fingerprint?: string;
  readonly sha1Fingerprint?: string;
  /** Lower-case hex. */
  readonly serialNumber?: string;
  /** RFC 2253 text. */
  readonly subject?: string;
  readonly issuer?: string;
  readonly uriSans?: readonly string[];
  readonly dnsSans?: readonly string[];
  readonly ipSans?: readonly string[];
  readonly emailSans?: readonly string[];
  readonly notBeforeMs?: number;
  readonly notAfterMs?: number;
  /** PEM, URL-encoded, of the certificate and of the whole chain, leaf first. */
  readonly urlEncodedPem?: string;
  readonly urlEncodedPemChain?: string;
}

/** What is known of the TLS session that a request came on. At the edge the platform says it (`request.cf`). */
export interface TlsConnection {
  /** `TLSv1.2`, `TLSv1.3`. */
  readonly version?: string;
  readonly cipher?: string;
  readonly sni?: string;
  readonly alpn?: string;
  readonly sessionId?: string;
  readonly peerCertificate?: PeerCertificate;
  /** Of our own certificate, where we hold it. */
  readonly localSubject?: string;
  readonly localUriSans?: readonly string[];
  readonly localDnsSans?: readonly string[];
}
