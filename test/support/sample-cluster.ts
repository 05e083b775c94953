import { DiagnosticCollector } from "../../shared/diagnostics/collector.ts";
import { ConfigPath } from "../../shared/diagnostics/config-path.ts";
import { renderDiagnostic } from "../../shared/diagnostics/render.ts";
import type { HostCapabilities, Target } from "../../shared/host/capabilities.ts";
import type { Cluster as ClusterConfig, LbEndpoint } from "../../shared/schema/envoy-types.ts";
import { compileCluster } from "../../shared/upstream/compile-cluster.ts";
import type { CompiledCluster } from "../../shared/upstream/compiled-cluster.ts";

export function capabilitiesOf(target: Target): HostCapabilities {
  const can = target === "node";
  return {
    target,
    rawConnect: can,
  };
}

/** `10.0.0.1:80`, or a name with a port, as an endpoint. */
export function endpointAt(address: string, more: Omit<LbEndpoint, "endpoint"> = {}): LbEndpoint {
  const at = address.lastIndexOf(":");
  const socketAddress = { address: address.slice(0, at), portValue: Number(address.slice(at + 1)) };
  return { endpoint: { address: { socketAddress } }, ...more };
}

/** A cluster with one locality. */
export function clusterConfig(
  name: string,
  endpoints: readonly LbEndpoint[],
  more: Omit<ClusterConfig, "name" | "loadAssignment"> = {},
): ClusterConfig {
  return { name, loadAssignment: { clusterName: name, endpoints: [{ lbEndpoints: endpoints }] }, ...more };
}

export interface CompiledSample {
  readonly compiled: CompiledCluster | undefined;
  /** As printed. */
  readonly problems: readonly string[];
}

export function compileSample(config: ClusterConfig, target: Target = "node"): CompiledSample {
  const diagnostics = new DiagnosticCollector();
  const path = ConfigPath.root.field("clusters").index(0);
  const compiled = compileCluster(config, path, { diagnostics, capabilities: capabilitiesOf(target) });
  return { compiled, problems: diagnostics.diagnostics.map(renderDiagnostic) };
}

/** Compiles what has to be right. */
export function compiledCluster(config: ClusterConfig, target: Target = "node"): CompiledCluster {
  const { compiled, problems } = compileSample(config, target);
  if (compiled === undefined) throw new Error(problems.join("\n"));
  return compiled;
}
