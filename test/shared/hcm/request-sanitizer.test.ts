import { describe, it } from "vitest";
import { DiagnosticCollector } from "../../../shared/diagnostics/collector.ts";
import { ConfigPath } from "../../../shared/diagnostics/config-path.ts";
import { compilePolicies } from "../../../shared/hcm/compile-policies.ts";
import { sanitizeRequest } from "../../../shared/hcm/request-sanitizer.ts";
import type { RandomSource } from "../../../shared/host/random-source.ts";
import { HeaderMap } from "../../../shared/http/header-map.ts";
import type { LocalReply } from "../../../shared/http/local-reply.ts";
import { type DownstreamInfo, StreamInfo } from "../../../shared/http/stream-info.ts";
import type { HttpConnectionManager } from "../../../shared/schema/envoy-types.ts";

const UUID = "11111111-2222-4333-8444-555555555555";
const RANDOM: RandomSource = { uint32: () => 0, uuid: () => UUID };
const INTERNAL = { internalAddressConfig: { cidrRanges: [{ addressPrefix: "10.0.0.0", prefixLen: 8 }] } };
const NODE = { cluster: "mesh", node: "node-1" };

type Pairs = readonly (readonly [string, string])[];

interface Outcome {
  readonly headers: HeaderMap;
  readonly info: StreamInfo;
  readonly reply: LocalReply | undefined;
}

function sanitize(
  pairs: Pairs,
  config: HttpConnectionManager = {},
  from: Partial<DownstreamInfo> & { readonly address?: string } = {},
): Outcome {
  const { address = "203.0.113.7", ...rest } = from;
  const downstream: DownstreamInfo = {
    remoteAddress: `${address}:1000`,
    directRemoteAddress: `${address}:1000`,
    localAddress: "192.0.2.1:443",
    protocol: "HTTP/1.1",
    tls: false,
    ...rest,
  };
  const headers = HeaderMap.from([[":scheme", "http"], ...pairs]);
  const context = { diagnostics: new DiagnosticCollector(), localPort: undefined, node: NODE };
  const all = { useRemoteAddress: true, ...INTERNAL, ...config };
  const policy = compilePolicies(all, ConfigPath.root, context).sanitizer;
  const info = new StreamInfo({ startWallMs: 0, startMonotonicMs: 0, downstream });
  return { headers, info, reply: sanitizeRequest(headers, info, policy, RANDOM) };
}

function sanitized(...args: Parameters<typeof sanitize>): HeaderMap {
  return sanitize(...args).headers;
}

const CONTROL: Pairs = [
  ["x-envoy-max-retries", "9"],
  ["x-envoy-upstream-rq-timeout-ms", "1"],
  ["x-envoy-force-trace", "1"],
  ["x-envoy-original-path", "/forged"],
  ["x-envoy-downstream-service-node", "forged"],
  ["x-envoy-internal", "true"],
];

function controls(headers: HeaderMap): string[] {
  return headers
    .toJSON()
    .map(([name]) => name)
    .filter((name) => name.startsWith("x-envoy-"));
}

describe("sanitizeRequest", () => {
  it("takes control headers away from an external client at the edge", ({ expect }) => {
    expect(controls(sanitized(CONTROL))).toEqual(["x-envoy-external-address"]);
  });

  it("leaves those of the edge to an external client inside the network", ({ expect }) => {
    const headers = sanitized(CONTROL, { useRemoteAddress: false });
    expect(controls(headers)).toEqual(["x-envoy-original-path", "x-envoy-downstream-service-node"]);
  });

  it("leaves all to an internal client and marks it", ({ expect }) => {
    const headers = sanitized([["x-envoy-max-retries", "9"]], {}, { address: "10.1.2.3" });
    expect(controls(headers)).toEqual(["x-envoy-max-retries", "x-envoy-internal"]);
  });

  it("does not call a client internal that somebody forwarded for", ({ expect }) => {
    const headers = sanitized([["x-forwarded-for", "203.0.113.9"]], {}, { address: "10.1.2.3" });
    expect(headers.has("x-envoy-internal")).toBe(false);
  });

  it("takes internal_only_headers away from an external client alone", ({ expect }) => {
    const config = { routeConfig: { internalOnlyHeaders: ["X-Secret"] } };
    expect(sanitized([["x-secret", "1"]], config).has("x-secret")).toBe(false);
    expect(sanitized([["x-secret", "1"]], config, { address: "10.0.0.1" }).has("x-secret")).toBe(true);
  });

  it("overwrites x-forwarded-proto at the edge, unless a trusted hop wrote it", ({ expect }) => {
    const given: Pairs = [["x-forwarded-proto", "https"]];
    expect(sanitized(given).get("x-forwarded-proto")).toBe("http");
    expect(sanitized([], {}, { tls: true }).get("x-forwarded-proto")).toBe("https");
    expect(sanitized(given, { xffNumTrustedHops: 1 }).get("x-forwarded-proto")).toBe("https");
    expect(sanitized(given, { useRemoteAddress: false }).get("x-forwarded-proto")).toBe("https");
  });

  it("writes x-forwarded-port where it is asked to, unless a trusted hop wrote it", ({ expect }) => {
    const given: Pairs = [["x-forwarded-port", "1"]];
    expect(sanitized([]).has("x-forwarded-port")).toBe(false);
    expect(sanitized(given, { appendXForwardedPort: true }).get("x-forwarded-port")).toBe("443");
    expect(sanitized(given, { appendXForwardedPort: true, xffNumTrustedHops: 1 }).get("x-forwarded-port")).toBe("1");
    expect(sanitized([], { appendXForwardedPort: true, useRemoteAddress: false }).get("x-forwarded-port")).toBe("443");
  });

  it("overwrites the scheme with scheme_to_overwrite", ({ expect }) => {
    const config = { schemeHeaderTransformation: { schemeToOverwrite: "https" } };
    expect(sanitized([], config).get(":scheme")).toBe("https");
  });

  it("replaces an external request id unless it is to be preserved", ({ expect }) => {
    const given: Pairs = [["x-request-id", "99999999-8888-9777-8666-555555555555"]];
    expect(sanitized(given).get("x-request-id")).toBe(UUID);
    expect(sanitized(given, { useRemoteAddress: false }).get("x-request-id")).toBe(given[0]?.[1]);
    expect(sanitized([["x-request-id", ""]], { useRemoteAddress: false }).get("x-request-id")).toBe(UUID);
    expect(sanitized([], { generateRequestId: false }).has("x-request-id")).toBe(false);
  });

  it("clears the trace reason of a preserved external request id", ({ expect }) => {
    const headers = sanitized([["x-request-id", "99999999-8888-9777-8666-555555555555"]], {
      preserveExternalRequestId: true,
    });
    expect(headers.get("x-request-id")).toBe("99999999-8888-4777-8666-555555555555");
  });

  it("tells the upstream the external address only where it stands at the edge", ({ expect }) => {
    expect(sanitized([]).get("x-envoy-external-address")).toBe("203.0.113.7");
    expect(sanitized([], { useRemoteAddress: false }).has("x-envoy-external-address")).toBe(false);
  });

  it("gives the stream the address of the client that trusted proxies forwarded for", ({ expect }) => {
    const { info } = sanitize([["x-forwarded-for", "198.51.100.4, 198.51.100.5"]], { xffNumTrustedHops: 1 });
    expect(info.remoteAddress).toBe("198.51.100.5:0");
    expect(sanitize([]).info.remoteAddress).toBe("203.0.113.7:1000");
  });

  it("answers as the extension says where the client cannot be told", ({ expect }) => {
    const typedConfig = {
      "@type": "type.googleapis.com/envoy.extensions.http.original_ip_detection.custom_header.v3.CustomHeaderConfig",
      headerName: "X-Client-IP",
      rejectWithStatus: { code: "Unauthorized" },
    };
    const config = { useRemoteAddress: false, originalIpDetectionExtensions: [{ name: "ip", typedConfig }] };
    expect(sanitize([], config).reply).toEqual({ status: 401, details: "rejecting_because_detection_failed" });
    expect(sanitize([["x-client-ip", "198.51.100.9"]], config).info.remoteAddress).toBe("198.51.100.9:0");
  });

  it("runs early_header_mutation_extensions first, so that what they add is trusted no more than the client", ({
    expect,
  }) => {
    const typedConfig = {
      "@type": "type.googleapis.com/envoy.extensions.http.early_header_mutation.header_mutation.v3.HeaderMutation",
      mutations: [
        { remove: "X-Drop" },
        { append: { header: { key: "x-added", value: "%REQ(:scheme)%" } } },
        { append: { header: { key: "x-envoy-max-retries", value: "9" } } },
      ],
    };
    const headers = sanitized([["x-drop", "1"]], { earlyHeaderMutationExtensions: [{ name: "early", typedConfig }] });
    const values = ["x-drop", "x-added", "x-envoy-max-retries"].map((name) => headers.get(name));
    expect(values).toEqual([undefined, "http", undefined]);
  });

  it("says who it is with add_user_agent", ({ expect }) => {
    const headers = sanitized([], { addUserAgent: true });
    expect(headers.get("user-agent")).toBe("mesh");
    expect(headers.get("x-envoy-downstream-service-cluster")).toBe("mesh");
    expect(headers.get("x-envoy-downstream-service-node")).toBe("node-1");
    expect(sanitized([["user-agent", "curl"]], { addUserAgent: true }).get("user-agent")).toBe("curl");
  });

  it("appends to via", ({ expect }) => {
    expect(sanitized([["via", "1.1 other"]], { via: "nuncio" }).get("via")).toBe("1.1 other, nuncio");
  });

  it.for([
    ["https://a.example/x?y#z", true],
    ["http://a.example", true],
    ["/relative", true],
    ["nope", true],
    ["?x", true],
    ["http://", false],
    ["about:blank", false],
    ["a:b:c", false],
    ["a b", false],
    ["http://a.example,http://b.example", false],
  ] as const)("keeps the referer %s: %s", ([referer, kept], { expect }) => {
    expect(sanitized([["referer", referer]]).has("referer")).toBe(kept);
  });
});

describe("x-forwarded-client-cert", () => {
  const peerCertificate = {
    validated: true,
    sha256Fingerprint: "abc",
    subject: "CN=a,O=b",
    urlEncodedPem: "PEM",
    uriSans: ["spiffe://a", "spiffe://b"],
    dnsSans: ["a.example"],
  };
  const mutual = { tls: true, tlsConnection: { localUriSans: ["spiffe://me"], peerCertificate } };
  const given: Pairs = [["x-forwarded-client-cert", "By=them"]];
  const all = { setCurrentClientCertDetails: { subject: true, cert: true, uri: true, dns: true } };
  const own = 'By=spiffe://me;Hash=abc;Cert="PEM";Subject="CN=a,O=b";URI=spiffe://a;URI=spiffe://b;DNS=a.example';

  it.for([
    [{}, undefined, undefined],
    [{ forwardClientCertDetails: "ALWAYS_FORWARD_ONLY" }, "By=them", "By=them"],
    [{ forwardClientCertDetails: "FORWARD_ONLY" }, undefined, "By=them"],
    [{ forwardClientCertDetails: "SANITIZE_SET" }, undefined, "By=spiffe://me;Hash=abc"],
    [{ forwardClientCertDetails: "SANITIZE_SET", ...all }, undefined, own],
    [{ forwardClientCertDetails: "APPEND_FORWARD", ...all }, undefined, `By=them,${own}`],
  ] as const)("under %o is %s without a client certificate and %s with one", ([config, without, with_], { expect }) => {
    expect(sanitized(given, config).get("x-forwarded-client-cert")).toBe(without);
    expect(sanitized(given, config, mutual).get("x-forwarded-client-cert")).toBe(with_);
  });
});
