import { describe, it } from "vitest";
import type { DownstreamInfo } from "../../../shared/http/stream-info.ts";
import { type ConnectionCheck, compileConnectionCheck } from "../../../shared/network-filter/downstream-tls.ts";
import type { TransportSocket } from "../../../shared/schema/envoy-types.ts";

const TYPE = "type.googleapis.com/envoy.extensions.transport_sockets.tls.v3.DownstreamTlsContext";

function socketWith(fields: object): TransportSocket {
  return { name: "tls", typedConfig: { "@type": TYPE, ...fields } };
}

function checkOf(fields: object): ConnectionCheck {
  const check = compileConnectionCheck(socketWith(fields));
  if (check === undefined) throw new Error("expected a check");
  return check;
}

function connection(version?: string, validated?: boolean): DownstreamInfo {
  const tlsConnection = {
    ...(version !== undefined && { version }),
    ...(validated !== undefined && { peerCertificate: { validated } }),
  };
  const address = "203.0.113.7:0";
  return {
    remoteAddress: address,
    directRemoteAddress: address,
    localAddress: address,
    protocol: "HTTP/2",
    tls: true,
    tlsConnection,
  };
}

function versions(minimum?: string, maximum?: string): object {
  return {
    commonTlsContext: { tlsParams: { tlsMinimumProtocolVersion: minimum, tlsMaximumProtocolVersion: maximum } },
  };
}

describe("compileConnectionCheck", () => {
  it("asks for nothing where the listener has no TLS, or asks for no version and no certificate", ({ expect }) => {
    expect(compileConnectionCheck(undefined)).toBeUndefined();
    expect(compileConnectionCheck(socketWith({}))).toBeUndefined();
    expect(compileConnectionCheck(socketWith(versions("TLS_AUTO", "TLS_AUTO")))).toBeUndefined();
    expect(compileConnectionCheck({ name: "raw", typedConfig: { "@type": "type.googleapis.com/x" } })).toBeUndefined();
  });

  it("refuses versions outside of tls_params", ({ expect }) => {
    const check = checkOf(versions("TLSv1_2", "TLSv1_2"));
    const outcomes = ["TLSv1", "TLSv1.1", "TLSv1.2", "TLSv1.3"].map((version) => check(connection(version))?.details);
    expect(outcomes).toEqual([
      "tls_version_not_allowed",
      "tls_version_not_allowed",
      undefined,
      "tls_version_not_allowed",
    ]);
  });

  it("lets a request pass whose version nobody knows", ({ expect }) => {
    expect(checkOf(versions("TLSv1_3"))(connection())).toBeUndefined();
    expect(checkOf(versions("TLSv1_3"))(connection(""))).toBeUndefined();
  });

  it("refuses whoever brings no valid certificate where one is required, TLS or not", ({ expect }) => {
    const check = checkOf({ requireClientCertificate: true });
    expect(check(connection("TLSv1.3", true))).toBeUndefined();
    expect(check(connection("TLSv1.3", false))).toMatchObject({ status: 403, details: "client_certificate_required" });
    expect(check(connection("TLSv1.3"))).toMatchObject({ status: 403 });
    expect(check({ ...connection(), tls: false, tlsConnection: undefined })).toMatchObject({ status: 403 });
  });
});
