import { describe, it } from "vitest";
import { appendedForwardedFor, trustedClientAddress } from "../../../shared/hcm/client-address.ts";

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

describe("client address", () => {
  it.for(CASES)("trustedClientAddress of $xff from $peer under $policy is $client", (given, { expect }) => {
    const policy = { ...given.policy, skipXffAppend: false };
    const peer = { address: given.peer, localAddress: "10.0.0.9" };
    expect(trustedClientAddress(policy, given.xff, peer)).toBe(given.client);
    expect(appendedForwardedFor(policy, given.xff, peer)).toBe(given.appended);
  });

  it("appendedForwardedFor appends nothing with skip_xff_append", ({ expect }) => {
    const policy = { useRemoteAddress: true, xffNumTrustedHops: 0, skipXffAppend: true };
    expect(appendedForwardedFor(policy, "a", { address: "192.0.2.5", localAddress: "" })).toBeUndefined();
  });
});
