import type { RequestScope } from "../../shared/host/request-scope.ts";
import type { HostMetadata } from "../../shared/host/upstream-host.ts";
import type { DownstreamInfo, Protocol } from "../../shared/http/stream-info.ts";
import type { PeerCertificate, TlsConnection } from "../../shared/http/tls-connection.ts";
import { EDGE_NAMESPACE } from "../../shared/upstream/edge-exit.ts";

/** What the platform knows of a connection (`request.cf`); nothing of it is sure to be there. */
export type PlatformFacts = Readonly<Record<string, unknown>>;

/** The platform always names the client; only a local workerd does not, and that listens on loopback. */
const LOOPBACK = "127.0.0.1";

export interface EdgeConnectionOptions {
  /** `cf-connecting-ip` */
  readonly client: string | undefined;
  readonly tls: boolean;
  /** `request.cf` */
  readonly facts: PlatformFacts | undefined;
  readonly scope: RequestScope;
}

/**
 * The client's connection as the platform describes it. There is no socket to ask: the client's port and our own address are
 * unknown. What few requests need is read from the platform when it is asked for.
 */
export class EdgeConnection implements DownstreamInfo {
  readonly remoteAddress: string;
  readonly directRemoteAddress: string;
  readonly localAddress: string = `${LOOPBACK}:0`;
  readonly protocol: Protocol;
  readonly tls: boolean;
  readonly scope: RequestScope;
  readonly #facts: PlatformFacts;

  constructor({ client, tls, facts, scope }: EdgeConnectionOptions) {
    this.scope = scope;
    const address = client ?? LOOPBACK;
    this.remoteAddress = `${address.includes(":") ? `[${address}]` : address}:0`;
    this.directRemoteAddress = this.remoteAddress;
    this.tls = tls;
    this.#facts = facts ?? {};
    this.protocol = protocolFrom(this.#facts["httpProtocol"]);
  }

  /** Known for requests that came by TLS, whatever the platform says of others. */
  get tlsConnection(): TlsConnection | undefined {
    if (!this.tls) return undefined;
    const { tlsVersion, tlsCipher, tlsClientAuth } = this.#facts;
    const peerCertificate = isRecord(tlsClientAuth) ? peerCertificateFrom(tlsClientAuth) : undefined;
    return {
      ...(isText(tlsVersion) && { version: tlsVersion }),
      ...(isText(tlsCipher) && { cipher: tlsCipher }),
      ...(peerCertificate && { peerCertificate }),
    };
  }

  /** All of `request.cf` as dynamic metadata: `%DYNAMIC_METADATA(nuncio.edge:country)%`, and `dynamic_metadata` of routes. */
  get metadata(): HostMetadata {
    return { [EDGE_NAMESPACE]: this.#facts };
  }
}

function protocolFrom(name: unknown): Protocol {
  if (name === "HTTP/1.0" || name === "HTTP/2" || name === "HTTP/3") return name;
  return "HTTP/1.1";
}

/** The platform says `certPresented: "0"` and empty texts where there is no certificate. */
function peerCertificateFrom(auth: PlatformFacts): PeerCertificate | undefined {
  if (auth["certPresented"] !== "1") return undefined;
  const pem = pemOf(auth["certRFC9440"]);
  return {
    validated: auth["certVerified"] === "SUCCESS" && auth["certRevoked"] !== "1",
    ...textsOf({
      sha256Fingerprint: auth["certFingerprintSHA256"],
      sha1Fingerprint: auth["certFingerprintSHA1"],
      serialNumber: auth["certSerial"],
      subject: auth["certSubjectDNRFC2253"],
      issuer: auth["certIssuerDNRFC2253"],
    }),
    ...timesOf({ notBeforeMs: auth["certNotBefore"], notAfterMs: auth["certNotAfter"] }),
    ...(pem !== undefined && { urlEncodedPem: pem }),
  };
}

type TextFact = "sha256Fingerprint" | "sha1Fingerprint" | "serialNumber" | "subject" | "issuer";

function textsOf(facts: Readonly<Record<TextFact, unknown>>): Partial<Record<TextFact, string>> {
  return Object.fromEntries(Object.entries(facts).filter(([, value]) => isText(value)));
}

/** `Dec 22 19:39:00 2018 GMT`, which every engine reads. */
function timesOf<Name extends string>(facts: Readonly<Record<Name, unknown>>): Partial<Record<Name, number>> {
  const times = Object.entries(facts).map(([name, value]) => [name, isText(value) ? Date.parse(value) : Number.NaN]);
  return Object.fromEntries(times.filter(([, ms]) => !Number.isNaN(ms)));
}

/** RFC 9440 writes the DER form as a byte sequence, `:base64:`; Envoy's headers carry it as URL-encoded PEM. */
function pemOf(value: unknown): string | undefined {
  const base64 = isText(value) ? /^:([A-Za-z0-9+/=]+):$/.exec(value)?.[1] : undefined;
  if (base64 === undefined) return undefined;
  const lines = base64.match(/.{1,64}/g) ?? [];
  return encodeURIComponent(["-----BEGIN CERTIFICATE-----", ...lines, "-----END CERTIFICATE-----", ""].join("\n"));
}

function isText(value: unknown): value is string {
  return typeof value === "string" && value !== "";
}

function isRecord(value: unknown): value is PlatformFacts {
  return typeof value === "object" && value !== null;
}
