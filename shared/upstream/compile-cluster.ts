import { durationMs } from "../base/duration-ms.ts";
import type { ConfigPath } from "../diagnostics/config-path.ts";
import type { DiagnosticSink } from "../diagnostics/diagnostic.ts";
import type { HostCapabilities } from "../host/capabilities.ts";
import type { Cluster } from "../schema/envoy-types.ts";
import { compileCircuitBreakers } from "./compile-circuit-breakers.ts";
import { compileDiscovery } from "./compile-discovery.ts";
import { compileDns } from "./compile-dns.ts";
import { compileEndpoints } from "./compile-endpoints.ts";
import { compileHttpOptions } from "./compile-http-options.ts";
import { compileLb } from "./compile-lb.ts";
import { compileTransportSocket } from "./compile-transport-socket.ts";
import { compileDropOverload } from "./drop-overload.ts";
import { compileOutlierDetection } from "./outlier/compile-outlier-detection.ts";
import type { CompiledCluster, CompiledEndpoint, Discovery } from "./compiled-cluster.ts";

const DEFAULT_CONNECT_TIMEOUT = "5s";
const DEFAULT_BUFFER_LIMIT_BYTES = 1024 * 1024;

export interface ClusterCompileContext {
  readonly diagnostics: DiagnosticSink;
  readonly capabilities: HostCapabilities;
}

/** Compiles one cluster (`envoy.config.cluster.v3.Cluster`); nothing after reporting why. */
export function compileCluster(
  config: Cluster,
  path: ConfigPath,
  { diagnostics, capabilities }: ClusterCompileContext,
): CompiledCluster | undefined {
  const found = compileDiscovery(config, path, { diagnostics, capabilities });
  const lb = compileLb(config, path, diagnostics);
  const dns = found && compileDns(found.dns, found.dnsPath, diagnostics);
  const tls = compileTransportSocket(config, path, diagnostics);
  if (found === undefined || lb === undefined || dns === undefined || tls === undefined) return undefined;
  const { outlierDetection: outlier } = config;
  const outlierDetection = outlier && compileOutlierDetection(outlier, path.field("outlierDetection"), diagnostics);
  if (outlier !== undefined && outlierDetection === undefined) return undefined;
  const http = compileHttpOptions(config, path, diagnostics);
  if (http === undefined) return undefined;
  const { discovery } = found;
  const endpoints = compileMembers(config, path, { discovery, diagnostics, capabilities });
  const dropOverload = compileDropOverload(config.loadAssignment ?? {}, path.field("loadAssignment"), diagnostics);
  if (endpoints === undefined || dropOverload === undefined) return undefined;
  const { name = "", altStatName } = config;
  return {
    name,
    statName: altStatName || name,
    metadata: config.metadata?.filterMetadata ?? {},
    discovery,
    connectTimeoutMs: durationMs(config.connectTimeout ?? DEFAULT_CONNECT_TIMEOUT),
    bufferLimitBytes: config.perConnectionBufferLimitBytes ?? DEFAULT_BUFFER_LIMIT_BYTES,
    lb,
    circuitBreakers: compileCircuitBreakers(config.circuitBreakers),
    dropOverload,
    outlierDetection,
    http,
    tls,
    endpoints,
    dns,
    waitForWarmOnInit: config.waitForWarmOnInit ?? true,
  };
}

/** Reports every cluster whose name an earlier one has, as Envoy does at start. */
export function reportDuplicateClusters(
  clusters: readonly Cluster[],
  path: ConfigPath,
  diagnostics: DiagnosticSink,
): void {
  const seen = new Set<string>();
  for (const [position, { name = "" }] of clusters.entries()) {
    if (seen.has(name)) diagnostics.error(path.index(position), "cluster.duplicate", `duplicate cluster '${name}'`);
    seen.add(name);
  }
}

function compileMembers(
  { loadAssignment = {}, metadata }: Cluster,
  path: ConfigPath,
  context: ClusterCompileContext & { readonly discovery: Discovery },
): readonly CompiledEndpoint[] | undefined {
  const at = path.field("loadAssignment");
  const { endpoints: localities = [] } = loadAssignment;
  const declared = localities.reduce((sum, { lbEndpoints = [] }) => sum + lbEndpoints.length, 0);
  if (context.discovery === "LOGICAL_DNS" && (localities.length !== 1 || declared !== 1)) {
    const message = "LOGICAL_DNS clusters must have a single locality_lb_endpoint and a single lb_endpoint";
    context.diagnostics.error(at, "cluster.logical_dns", message);
    return undefined;
  }
  const clusterMetadata = metadata?.filterMetadata ?? {};
  const endpoints = compileEndpoints(loadAssignment, at, { ...context, clusterMetadata });
  return endpoints.length === declared ? endpoints : undefined;
}
