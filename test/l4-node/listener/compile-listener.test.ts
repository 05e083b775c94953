import { describe, it } from "vitest";
import {
  type CompiledListener,
  compileListener,
  listenerStatName,
} from "../../../l4-node/listener/compile-listener.ts";
import { DiagnosticCollector } from "../../../shared/diagnostics/collector.ts";
import { ConfigPath } from "../../../shared/diagnostics/config-path.ts";
import { renderDiagnostic } from "../../../shared/diagnostics/render.ts";
import type { Listener, SocketAddress } from "../../../shared/schema/envoy-types.ts";

function compile(listener: Listener) {
  const diagnostics = new DiagnosticCollector();
  const context = { path: ConfigPath.root.field("listener"), filters: new Map(), diagnostics };
  const compiled = compileListener({ filterChains: [{}], ...listener }, "tcp", context);
  return { compiled, said: diagnostics.diagnostics.map(renderDiagnostic) };
}

function at(socketAddress: SocketAddress): Listener {
  return { address: { socketAddress } };
}

describe("compileListener", () => {
  it("a listener has Envoy's defaults", ({ expect }) => {
    expect(compile(at({ address: "127.0.0.1", portValue: 9000 })).compiled).toEqual({
      name: "tcp",
      address: { kind: "tcp", host: "127.0.0.1", port: 9000, ipv6Only: false },
      statPrefix: undefined,
      chain: { name: "", terminal: undefined },
      bufferLimitBytes: 1_048_576,
      backlog: undefined,
      keepaliveMs: undefined,
      reusePort: true,
      inbound: false,
    });
  });

  it("a listener takes what is configured", ({ expect }) => {
    const { compiled } = compile({
      ...at({ address: "::1" }),
      statPrefix: "front",
      perConnectionBufferLimitBytes: 4096,
      tcpBacklogSize: 7,
      tcpKeepalive: { keepaliveTime: 30 },
      enableReusePort: false,
      trafficDirection: "INBOUND",
    });
    expect(compiled).toMatchObject({
      address: { host: "::1", port: 0, ipv6Only: true },
      bufferLimitBytes: 4096,
      backlog: 7,
      keepaliveMs: 30_000,
      reusePort: false,
      inbound: true,
    });
  });

  it("an IPv6 address serves IPv4 only with ipv4_compat", ({ expect }) => {
    expect(compile(at({ address: "::", ipv4Compat: true })).compiled?.address).toMatchObject({ ipv6Only: false });
    expect(compile(at({ address: "::" })).compiled?.address).toMatchObject({ ipv6Only: true });
  });

  it("a Unix socket has one accepting thread", ({ expect }) => {
    const { compiled } = compile({ address: { pipe: { path: "/run/a.sock", mode: 0o600 } } });
    expect(compiled).toMatchObject({ address: { kind: "pipe", path: "/run/a.sock", mode: 0o600 }, reusePort: false });
  });

  it.for([
    {
      address: {},
      said: "listener.address: expected one of socket_address, pipe, envoy_internal_address [config.oneof]",
    },
    {
      address: { socketAddress: { address: "localhost" } },
      said: "listener.address: malformed IP address: localhost [listener.address]",
    },
    {
      address: { socketAddress: { address: "127.0.0.1", protocol: "UDP" } },
      said: "listener.address.socket_address.protocol: UDP is not implemented [config.unsupported]",
    },
    {
      address: { envoyInternalAddress: { serverListenerName: "inner" } },
      said: "listener.address: internal listeners are not implemented [listener.address]",
    },
  ] as const)("an address is refused: $said", ({ address, said }, { expect }) => {
    expect(compile({ address })).toEqual({ compiled: undefined, said: [said] });
  });
});

/** What these compile without a word. */
type Compiled = CompiledListener<unknown>;

describe("listenerStatName", () => {
  it("listenerStatName is the stat_prefix, else the address that is really bound", ({ expect }) => {
    const actual = { kind: "tcp", host: "127.0.0.1", port: 4242, ipv6Only: false } as const;
    const named = compile({ ...at({ address: "127.0.0.1" }), statPrefix: "front" }).compiled;
    const unnamed = compile(at({ address: "127.0.0.1" })).compiled;
    expect(listenerStatName(named as Compiled, actual)).toBe("front");
    expect(listenerStatName(unnamed as Compiled, actual)).toBe("127.0.0.1:4242");
  });
});
