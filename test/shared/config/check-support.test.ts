import { describe, it } from "vitest";
import { checkSupport } from "../../../shared/config/check-support.ts";
import { approximated, ignored, type MessageSupport, support, unsupported } from "../../../shared/config/support.ts";
import { DiagnosticCollector, type PositionIndex } from "../../../shared/diagnostics/collector.ts";
import { renderDiagnostic } from "../../../shared/diagnostics/render.ts";
import type { Target } from "../../../shared/host/capabilities.ts";

const CLUSTER = "envoy.config.cluster.v3.Cluster";

const TABLES: readonly MessageSupport[] = [
  support(CLUSTER, {
    name: "supported",
    connectTimeout: approximated("coarse"),
    metadata: ignored("nobody asks"),
    altStatName: ignored("nobody reads it"),
    dnsRefreshRate: { edge: unsupported("no DNS here"), node: "supported" },
    loadAssignment: unsupported("no endpoints"),
    upstreamBindConfig: "supported",
  }),
  support("envoy.config.core.v3.BindConfig", { sourceAddress: "supported" }),
];

interface Checked {
  readonly said: readonly string[];
  readonly report: ReturnType<typeof checkSupport>;
}

function check(
  json: unknown,
  options: { target?: Target; lenient?: boolean; positions?: PositionIndex } = {},
): Checked {
  const { target = "edge", lenient = false, positions } = options;
  const collector = new DiagnosticCollector(positions);
  const report = checkSupport(json, { target, lenient, tables: TABLES, message: CLUSTER }, collector);
  return { said: collector.diagnostics.map(renderDiagnostic), report };
}

describe("checkSupport", () => {
  it("says nothing about supported fields and counts them", ({ expect }) => {
    expect(check({ name: "app" })).toEqual({
      said: [],
      report: { supported: 1, approximated: 0, ignored: 0, unsupported: 0 },
    });
  });

  it("warns of what is approximated and of what is ignored, with the reason", ({ expect }) => {
    const { said, report } = check({ connectTimeout: "1s", altStatName: "x" });
    expect(said).toEqual([
      "warning: alt_stat_name: Cluster.altStatName has no effect: nobody reads it [support.ignored]",
      "warning: connect_timeout: Cluster.connectTimeout: coarse [support.approximated]",
    ]);
    expect(report).toEqual({ supported: 0, approximated: 1, ignored: 1, unsupported: 0 });
  });

  it("judges a field by the target", ({ expect }) => {
    const json = { dnsRefreshRate: "5s" };
    expect(check(json, { target: "edge" }).said).toEqual([
      "dns_refresh_rate: Cluster.dnsRefreshRate is not supported on edge: no DNS here [support.unsupported]",
    ]);
    expect(check(json, { target: "node" }).said).toEqual([]);
  });

  it("refuses a field that no table lists as not implemented", ({ expect }) => {
    expect(check({ respectDnsTtl: true }).said).toEqual([
      "respect_dns_ttl: Cluster.respectDnsTtl is not supported on edge: not implemented [support.unsupported]",
    ]);
  });

  it("turns a refusal into a warning when lenient, and says that the field is without effect", ({ expect }) => {
    const { said, report } = check({ respectDnsTtl: true }, { lenient: true });
    expect(said).toEqual([
      "warning: respect_dns_ttl: Cluster.respectDnsTtl is not supported on edge: not implemented [support.unsupported]" +
        "\n    accepted without effect because of --lenient",
    ]);
    expect(report.unsupported).toBe(1);
  });

  it("reports a message without a table once, whatever it holds", ({ expect }) => {
    const address = { socketAddress: { address: "127.0.0.1", portValue: 1 } };
    const { said } = check({ upstreamBindConfig: { sourceAddress: address.socketAddress } });
    expect(said).toEqual([
      "upstream_bind_config.source_address: envoy.config.core.v3.SocketAddress is not supported on edge: not implemented [support.unsupported]",
    ]);
  });

  it("does not go into what is ignored: it has no effect whatever it holds", ({ expect }) => {
    const { said } = check({ metadata: { filterMetadata: { a: {} } } });
    expect(said).toEqual(["warning: metadata: Cluster.metadata has no effect: nobody asks [support.ignored]"]);
  });

  it("does not go into what is refused", ({ expect }) => {
    const { said } = check({ loadAssignment: { clusterName: "app", endpoints: [{ priority: 1 }] } });
    expect(said).toEqual([
      "load_assignment: Cluster.loadAssignment is not supported on edge: no endpoints [support.unsupported]",
    ]);
  });

  it("reports where the source says the field", ({ expect }) => {
    const positions: PositionIndex = {
      find: (path) => ({ file: "a.yaml", line: path.pointer().length, column: 3 }),
    };
    expect(check({ respectDnsTtl: true }, { positions }).said[0]).toMatch(/^a\.yaml:14:3 respect_dns_ttl: /);
  });

  it("checks a bootstrap where no message is named", ({ expect }) => {
    const collector = new DiagnosticCollector();
    checkSupport({ admin: {} }, { target: "node", lenient: false, tables: TABLES }, collector);
    expect(collector.diagnostics.map(({ message }) => message)).toEqual([
      "envoy.config.bootstrap.v3.Bootstrap is not supported on node: not implemented",
    ]);
  });
});
