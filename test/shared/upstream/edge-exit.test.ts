import { describe, it } from "vitest";
import type { Address } from "../../../shared/net/address.ts";
import { edgeExitOf, edgeExitProblem, withClusterExit } from "../../../shared/upstream/edge-exit.ts";

const NAME: Address = { kind: "name", host: "api.example", port: 443 };
const IP: Address = { kind: "ip", host: "10.0.0.1", port: 80 };
const INTERNAL: Address = { kind: "internal", listener: "SHOP", endpointId: "" };
const PIPE: Address = { kind: "pipe", path: "/run/app.sock" };

function asking(exit: unknown): { "nuncio.edge": { exit: unknown } } {
  return { "nuncio.edge": { exit } };
}

describe("edgeExitOf", () => {
  const table = [
    [NAME, {}, "fetch"],
    [IP, {}, "fetch"],
    [INTERNAL, {}, "service_binding"],
    [NAME, asking("fetch"), "fetch"],
    [NAME, asking("resolve_override"), "resolve_override"],
    [NAME, asking("connect"), "connect"],
    [IP, asking("connect"), "connect"],
    [INTERNAL, asking("vpc_service"), "vpc_service"],
    [INTERNAL, asking("service_binding"), "service_binding"],
  ] as const;
  for (const [address, metadata, exit] of table) {
    it(`gives ${exit} for ${address.kind} with ${JSON.stringify(metadata)}`, ({ expect }) => {
      expect(edgeExitOf(address, metadata)).toBe(exit);
      expect(edgeExitProblem(address, metadata)).toBeUndefined();
    });
  }
});

describe("edgeExitProblem", () => {
  const table = [
    [PIPE, {}, "a Worker cannot open a Unix socket"],
    [IP, asking("resolve_override"), "no exit 'resolve_override' to this address: resolve_override needs a DNS name"],
    [
      NAME,
      asking("vpc_service"),
      "no exit 'vpc_service' to this address: expected one of fetch, resolve_override, connect",
    ],
    [INTERNAL, asking("connect"), "no exit 'connect' to this address: expected one of service_binding, vpc_service"],
  ] as const;
  for (const [address, metadata, problem] of table) {
    it(`says that ${address.kind} with ${JSON.stringify(metadata)} has none`, ({ expect }) => {
      expect(edgeExitProblem(address, metadata)).toBe(problem);
    });
  }
});

describe("withClusterExit", () => {
  it("lets the endpoint's own values win over the cluster's, key by key", ({ expect }) => {
    const endpoint = { "envoy.lb": { a: 1 }, "nuncio.edge": { exit: "fetch" } };
    expect(withClusterExit(endpoint, { "nuncio.edge": { exit: "connect", other: 2 }, "envoy.lb": { b: 1 } })).toEqual({
      "envoy.lb": { a: 1 },
      "nuncio.edge": { exit: "fetch", other: 2 },
    });
    expect(withClusterExit({}, asking("connect"))).toEqual(asking("connect"));
  });
});
