import { describe, it } from "vitest";
import { DiagnosticCollector } from "../../../shared/diagnostics/collector.ts";
import { ConfigPath } from "../../../shared/diagnostics/config-path.ts";
import { type Address, addressFromConfig, renderAddress } from "../../../shared/net/address.ts";
import type { Address as AddressConfig } from "../../../shared/schema/envoy-types.ts";

describe("addressFromConfig", () => {
  it.for<readonly [AddressConfig, Address]>([
    [{ socketAddress: { address: "10.0.0.1", portValue: 80 } }, { kind: "ip", host: "10.0.0.1", port: 80 }],
    [{ socketAddress: { address: "::0001", portValue: 80 } }, { kind: "ip", host: "::1", port: 80 }],
    [{ socketAddress: { address: "db.example", portValue: 0 } }, { kind: "name", host: "db.example", port: 0 }],
    [{ pipe: { path: "@abstract" } }, { kind: "pipe", path: "@abstract" }],
    [
      { envoyInternalAddress: { serverListenerName: "inner", endpointId: "x" } },
      { kind: "internal", listener: "inner", endpointId: "x" },
    ],
  ])("reads %j", ([config, address], { expect }) => {
    const diagnostics = new DiagnosticCollector();
    expect(addressFromConfig(config, ConfigPath.root, diagnostics)).toEqual(address);
    expect(diagnostics.diagnostics).toEqual([]);
  });

  it.for<readonly [AddressConfig, string, string]>([
    [{}, "config.oneof", ""],
    [
      { socketAddress: { address: "::1", portValue: 53, protocol: "UDP" } },
      "config.unsupported",
      "socket_address.protocol",
    ],
    [{ socketAddress: { address: "::1", namedPort: "http" } }, "config.unsupported", "socket_address.named_port"],
  ])("refuses %j", ([config, code, path], { expect }) => {
    const diagnostics = new DiagnosticCollector();
    expect(addressFromConfig(config, ConfigPath.root, diagnostics)).toBeUndefined();
    expect(diagnostics.diagnostics.map((found) => [found.code, found.path.render()])).toEqual([[code, path]]);
  });
});

describe("renderAddress", () => {
  it.for<readonly [Address, string]>([
    [{ kind: "ip", host: "10.0.0.1", port: 80 }, "10.0.0.1:80"],
    [{ kind: "ip", host: "::1", port: 80 }, "[::1]:80"],
    [{ kind: "name", host: "db.example", port: 5432 }, "db.example:5432"],
    [{ kind: "pipe", path: "/run/x.sock" }, "/run/x.sock"],
    [{ kind: "internal", listener: "inner", endpointId: "x" }, "envoy://inner/x"],
  ])("writes %j as %s", ([address, text], { expect }) => {
    expect(renderAddress(address)).toBe(text);
  });
});
