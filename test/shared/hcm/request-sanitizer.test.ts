import { describe, it } from "vitest";
import { type SanitizerPolicy, sanitizeRequest } from "../../../shared/hcm/request-sanitizer.ts";
import type { RandomSource } from "../../../shared/host/random-source.ts";
import { HeaderMap } from "../../../shared/http/header-map.ts";
import type { DownstreamInfo } from "../../../shared/http/stream-info.ts";

const EDGE: SanitizerPolicy = {
  useRemoteAddress: true,
  xffNumTrustedHops: 0,
  skipXffAppend: false,
  isInternalAddress: (address) => address.startsWith("10."),
  generateRequestId: true,
  preserveExternalRequestId: false,
  via: "",
};
const RANDOM: RandomSource = { uint32: () => 0, uuid: () => "made-here" };

function downstream(address: string, tls = false): DownstreamInfo {
  return {
    remoteAddress: `${address}:1000`,
    directRemoteAddress: `${address}:1000`,
    localAddress: "192.0.2.1:443",
    protocol: "HTTP/1.1",
    tls,
  };
}

function sanitized(
  pairs: readonly (readonly [string, string])[],
  policy: Partial<SanitizerPolicy> = {},
  from: DownstreamInfo = downstream("203.0.113.7"),
): HeaderMap {
  const headers = HeaderMap.from(pairs);
  sanitizeRequest(headers, from, { ...EDGE, ...policy }, RANDOM);
  return headers;
}

describe("sanitizeRequest", () => {
  it("takes control headers away from an external client", ({ expect }) => {
    const headers = sanitized([
      ["x-envoy-max-retries", "9"],
      ["x-envoy-upstream-rq-timeout-ms", "1"],
      ["x-envoy-original-path", "/forged"],
      ["x-envoy-internal", "true"],
    ]);
    expect(headers.has("x-envoy-max-retries")).toBe(false);
    expect(headers.has("x-envoy-upstream-rq-timeout-ms")).toBe(false);
    expect(headers.has("x-envoy-original-path")).toBe(false);
    expect(headers.has("x-envoy-internal")).toBe(false);
  });

  it("leaves them to an internal client and marks it", ({ expect }) => {
    const headers = sanitized([["x-envoy-max-retries", "9"]], {}, downstream("10.1.2.3"));
    expect(headers.get("x-envoy-max-retries")).toBe("9");
    expect(headers.get("x-envoy-internal")).toBe("true");
  });

  it("does not call a client internal that somebody forwarded for", ({ expect }) => {
    const headers = sanitized([["x-forwarded-for", "203.0.113.9"]], {}, downstream("10.1.2.3"));
    expect(headers.has("x-envoy-internal")).toBe(false);
  });

  it("overwrites x-forwarded-proto at the edge, unless a trusted hop wrote it", ({ expect }) => {
    expect(sanitized([["x-forwarded-proto", "https"]]).get("x-forwarded-proto")).toBe("http");
    expect(sanitized([], {}, downstream("203.0.113.7", true)).get("x-forwarded-proto")).toBe("https");
    expect(sanitized([["x-forwarded-proto", "https"]], { xffNumTrustedHops: 1 }).get("x-forwarded-proto")).toBe(
      "https",
    );
    expect(sanitized([["x-forwarded-proto", "https"]], { useRemoteAddress: false }).get("x-forwarded-proto")).toBe(
      "https",
    );
  });

  it("replaces an external request id unless it is to be preserved", ({ expect }) => {
    expect(sanitized([["x-request-id", "theirs"]]).get("x-request-id")).toBe("made-here");
    expect(sanitized([["x-request-id", "theirs"]], { preserveExternalRequestId: true }).get("x-request-id")).toBe(
      "theirs",
    );
    expect(sanitized([], { generateRequestId: false }).has("x-request-id")).toBe(false);
  });

  it("tells the upstream the external address only where it stands at the edge", ({ expect }) => {
    expect(sanitized([]).get("x-envoy-external-address")).toBe("203.0.113.7");
    expect(sanitized([], { useRemoteAddress: false }).has("x-envoy-external-address")).toBe(false);
  });

  it("appends to via", ({ expect }) => {
    expect(sanitized([["via", "1.1 other"]], { via: "nuncio" }).get("via")).toBe("1.1 other,nuncio");
  });
});
