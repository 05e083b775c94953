import { describe, it } from "vitest";
import { StreamInfo } from "../../shared/http/stream-info.ts";
import { EdgeConnection, type EdgeConnectionOptions } from "../../worker/adapt/edge-connection.ts";
import { InvocationScope } from "../../worker/host/invocation-scope.ts";

const CLIENT_AUTH = {
  certPresented: "1",
  certVerified: "SUCCESS",
  certRevoked: "0",
  certSubjectDNRFC2253: "CN=alice,O=Example",
  certIssuerDNRFC2253: "CN=ca,O=Example",
  certSerial: "0a1b",
  certFingerprintSHA1: "aa",
  certFingerprintSHA256: "bb",
  certNotBefore: "Dec 22 19:39:00 2018 GMT",
  certNotAfter: "Dec 22 19:39:00 2028 GMT",
  certRFC9440: `:${"QUJD".repeat(20)}:`,
};

const SCOPE = new InvocationScope({ waitUntil: () => undefined });

function connection(options: Omit<EdgeConnectionOptions, "scope">): EdgeConnection {
  return new EdgeConnection({ ...options, scope: SCOPE });
}

describe("EdgeConnection", () => {
  it("names the client, and loopback where a local platform names none", ({ expect }) => {
    expect(connection({ client: "203.0.113.7", tls: true, facts: {} }).remoteAddress).toBe("203.0.113.7:0");
    expect(connection({ client: "2001:db8::7", tls: true, facts: {} }).remoteAddress).toBe("[2001:db8::7]:0");
    expect(connection({ client: undefined, tls: false, facts: undefined }).remoteAddress).toBe("127.0.0.1:0");
  });

  it("speaks the protocol that the platform says, else HTTP/1.1", ({ expect }) => {
    expect(connection({ client: undefined, tls: true, facts: { httpProtocol: "HTTP/3" } }).protocol).toBe("HTTP/3");
    expect(connection({ client: undefined, tls: true, facts: { httpProtocol: "SPDY/9" } }).protocol).toBe("HTTP/1.1");
  });

  it("has a TLS session for https only", ({ expect }) => {
    const facts = { tlsVersion: "TLSv1.3", tlsCipher: "AEAD-AES128-GCM-SHA256" };
    expect(connection({ client: undefined, tls: false, facts: facts }).tlsConnection).toBeUndefined();
    expect(connection({ client: undefined, tls: true, facts: facts }).tlsConnection).toEqual({
      version: "TLSv1.3",
      cipher: "AEAD-AES128-GCM-SHA256",
    });
    expect(connection({ client: undefined, tls: true, facts: undefined }).tlsConnection).toEqual({});
  });

  it("tells the client's certificate in Envoy's terms", ({ expect }) => {
    const known = connection({ client: undefined, tls: true, facts: { tlsClientAuth: CLIENT_AUTH } });
    const base64 = "QUJD".repeat(20);
    const pem = `-----BEGIN CERTIFICATE-----\n${base64.slice(0, 64)}\n${base64.slice(64)}\n-----END CERTIFICATE-----\n`;
    expect(known.tlsConnection?.peerCertificate).toEqual({
      urlEncodedPem: encodeURIComponent(pem),
      validated: true,
      sha256Fingerprint: "bb",
      sha1Fingerprint: "aa",
      serialNumber: "0a1b",
      subject: "CN=alice,O=Example",
      issuer: "CN=ca,O=Example",
      notBeforeMs: Date.UTC(2018, 11, 22, 19, 39),
      notAfterMs: Date.UTC(2028, 11, 22, 19, 39),
    });
  });

  it("has no certificate where none was presented, and an unvalidated one where the check failed", ({ expect }) => {
    const none = { tlsClientAuth: { certPresented: "0", certVerified: "NONE" } };
    expect(connection({ client: undefined, tls: true, facts: none }).tlsConnection?.peerCertificate).toBeUndefined();
    for (const failed of [{ certVerified: "FAILED:self signed certificate" }, { certRevoked: "1" }]) {
      const facts = { tlsClientAuth: { ...CLIENT_AUTH, ...failed } };
      expect(connection({ client: undefined, tls: true, facts: facts }).tlsConnection?.peerCertificate?.validated).toBe(
        false,
      );
    }
  });

  it("gives everything else as dynamic metadata, which a filter may add to", ({ expect }) => {
    const downstream = connection({ client: undefined, tls: true, facts: { country: "DE", asn: 64500 } });
    const info = new StreamInfo({ startWallMs: 0, startMonotonicMs: 0, downstream });
    expect(info.metadata("nuncio.edge")).toEqual({ country: "DE", asn: 64500 });
    info.mergeMetadata("nuncio.edge", { country: "FR" });
    expect(info.metadata("nuncio.edge")).toEqual({ country: "FR", asn: 64500 });
  });
});
