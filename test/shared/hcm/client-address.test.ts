import { describe, it } from "vitest";
import {
  type ClientAddress,
  type ClientAddressPolicy,
  clientAddressOf,
  detectByHeader,
  detectByHops,
  detectByNetworks,
} from "../../../shared/hcm/client-address.ts";

const PEER_DEFAULT: ClientAddressPolicy = {
  useRemoteAddress: false,
  xffNumTrustedHops: 0,
  skipXffAppend: false,
  mapsIpv4: false,
  detectors: [],
};

function found(policy: Partial<ClientAddressPolicy>, xff: string | undefined, peer: string): ClientAddress {
  const detectors = [detectByHops(policy.xffNumTrustedHops ?? 0, false)];
  const header = (name: string): string | undefined => (name === "x-forwarded-for" ? xff : undefined);
  return clientAddressOf({ ...PEER_DEFAULT, detectors, ...policy }, header, {
    address: peer,
    localAddress: "10.0.0.9",
  });
}

function isProxy(address: string): boolean {
  return address.startsWith("192.0.2.") || address.startsWith("198.51.100.");
}

/** The worked cases of Envoy's documentation on x-forwarded-for. */
const CASES = [
  {
    policy: { useRemoteAddress: true, xffNumTrustedHops: 0 },
    peer: "192.0.2.5",
    xff: "203.0.113.128, 203.0.113.10, 203.0.113.1",
    client: "192.0.2.5",
    appended: "203.0.113.128, 203.0.113.10, 203.0.113.1,192.0.2.5",
  },
  {
    policy: { useRemoteAddress: false, xffNumTrustedHops: 0 },
    peer: "10.11.12.13",
    xff: "203.0.113.128, 203.0.113.10, 203.0.113.1, 192.0.2.5",
    client: "192.0.2.5",
    appended: undefined,
  },
  {
    policy: { useRemoteAddress: true, xffNumTrustedHops: 2 },
    peer: "192.0.2.5",
    xff: "203.0.113.128, 203.0.113.10, 203.0.113.1",
    client: "203.0.113.10",
    appended: "203.0.113.128, 203.0.113.10, 203.0.113.1,192.0.2.5",
  },
  {
    policy: { useRemoteAddress: false, xffNumTrustedHops: 2 },
    peer: "10.11.12.13",
    xff: "203.0.113.128, 203.0.113.10, 203.0.113.1, 192.0.2.5",
    client: "203.0.113.10",
    appended: undefined,
  },
  {
    policy: { useRemoteAddress: false, xffNumTrustedHops: 0 },
    peer: "10.20.30.40",
    xff: undefined,
    client: "10.20.30.40",
    appended: undefined,
  },
  {
    policy: { useRemoteAddress: true, xffNumTrustedHops: 3 },
    peer: "192.0.2.5",
    xff: "203.0.113.1",
    client: "192.0.2.5",
    appended: "203.0.113.1,192.0.2.5",
  },
  {
    policy: { useRemoteAddress: false, xffNumTrustedHops: 0 },
    peer: "192.0.2.5",
    xff: "203.0.113.1:4711",
    client: "192.0.2.5",
    appended: undefined,
  },
  {
    policy: { useRemoteAddress: true, xffNumTrustedHops: 0 },
    peer: "127.0.0.1",
    xff: undefined,
    client: "127.0.0.1",
    appended: "10.0.0.9",
  },
];

describe("clientAddressOf", () => {
  it.for(CASES)("$xff from $peer under $policy is $client", ({ policy, xff, peer, client, appended }, { expect }) => {
    expect(found(policy, xff, peer)).toMatchObject({ kind: "client", address: client, forwardedFor: appended });
  });

  it("appends nothing with skip_xff_append", ({ expect }) => {
    const client = found({ useRemoteAddress: true, skipXffAppend: true }, "192.0.2.1", "192.0.2.5");
    expect(client).toMatchObject({ forwardedFor: undefined });
  });

  it("writes 127.0.0.2 as it is", ({ expect }) => {
    expect(found({ useRemoteAddress: true }, undefined, "127.0.0.2")).toMatchObject({ forwardedFor: "127.0.0.2" });
  });

  it("writes IPv4 as IPv6 where it is asked to", ({ expect }) => {
    const policy = { useRemoteAddress: true, mapsIpv4: true };
    expect(found(policy, undefined, "50.0.0.1")).toMatchObject({ forwardedFor: "::FFFF:50.0.0.1" });
  });

  it.for([
    [{ useRemoteAddress: true }, undefined, true],
    [{ useRemoteAddress: true }, "10.0.0.1", false],
    [{}, undefined, false],
    [{}, "10.0.0.1", true],
    [{}, "10.0.0.1,10.0.0.2", false],
    [{ xffNumTrustedHops: 1 }, "10.0.0.1,10.0.0.2", false],
  ] as const)("under %o x-forwarded-for %s may make an internal client: %s", ([policy, xff, isTrusted], { expect }) => {
    expect(found(policy, xff, "10.0.0.7")).toMatchObject({ isTrusted });
  });
});

describe("detectByNetworks", () => {
  it.for([
    ["203.0.113.128, 203.0.113.10, 192.0.2.1", "192.0.2.5", { kind: "found", address: "203.0.113.10" }],
    ["203.0.113.128, 203.0.113.10, 198.51.100.1", "192.0.2.5", { kind: "found", address: "203.0.113.10" }],
    ["192.0.2.7, 192.0.2.1", "192.0.2.5", { kind: "found", address: "192.0.2.7" }],
    ["203.0.113.10", "203.0.113.77", { kind: "unknown" }],
    ["203.0.113.10, junk", "192.0.2.5", { kind: "unknown" }],
    [Array.from({ length: 21 }, () => "192.0.2.1").join(","), "192.0.2.5", { kind: "unknown" }],
  ] as const)("makes of %s from %s %o", ([xff, peer, expected], { expect }) => {
    const detection = detectByNetworks(isProxy, true)(() => xff, { address: peer, localAddress: "" });
    expect(detection).toMatchObject(expected);
  });

  it("appends the peer where skip_xff_append is off", ({ expect }) => {
    const client = found({ detectors: [detectByNetworks(isProxy, true)] }, "203.0.113.10", "192.0.2.5");
    expect(client).toMatchObject({ address: "203.0.113.10", forwardedFor: "203.0.113.10,192.0.2.5" });
  });
});

describe("detectByHeader", () => {
  const peer = { address: "192.0.2.5", localAddress: "" };

  it("takes the address, trusted or not", ({ expect }) => {
    const detection = detectByHeader("x-ip", true, undefined)(() => "1.2.3.4", peer);
    expect(detection).toEqual({ kind: "found", address: "1.2.3.4", isTrusted: true, appends: false });
  });

  it("rejects what is no address, or passes over it", ({ expect }) => {
    expect(detectByHeader("x-ip", false, 403)(() => "junk", peer)).toEqual({ kind: "rejected", status: 403 });
    expect(detectByHeader("x-ip", false, undefined)(() => undefined, peer)).toEqual({ kind: "unknown" });
  });
});
