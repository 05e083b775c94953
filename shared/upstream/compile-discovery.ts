import type { ConfigPath } from "../diagnostics/config-path.ts";
import type { DiagnosticSink } from "../diagnostics/diagnostic.ts";
import type { HostCapabilities } from "../host/capabilities.ts";
import type { AnyMessage, Cluster, DnsCluster } from "../schema/envoy-types.ts";
import type { Discovery } from "./compiled-cluster.ts";
import { type DnsFields, legacyDnsFields, typedDnsFields } from "./dns-fields.ts";

const DNS_CLUSTER = "type.googleapis.com/envoy.extensions.clusters.dns.v3.DnsCluster";

/** How a cluster finds its hosts, and where its DNS fields stand. */
export interface CompiledDiscovery {
  readonly discovery: Discovery;
  readonly dns: DnsFields;
  readonly dnsPath: ConfigPath;
}

export interface DiscoveryContext {
  readonly diagnostics: DiagnosticSink;
  readonly capabilities: HostCapabilities;
}

/** The types of Envoy that may also be written as `cluster_type`, by the names of its factories. */
const TYPE_OF_EXTENSION: ReadonlyMap<string, NonNullable<Cluster["type"]>> = new Map([
  ["envoy.cluster.static", "STATIC"],
  ["envoy.cluster.strict_dns", "STRICT_DNS"],
  ["envoy.cluster.logical_dns", "LOGICAL_DNS"],
  ["envoy.cluster.eds", "EDS"],
  ["envoy.cluster.original_dst", "ORIGINAL_DST"],
]);

/** Compiles `type` or `cluster_type`; nothing after reporting why. */
export function compileDiscovery(
  config: Cluster,
  path: ConfigPath,
  context: DiscoveryContext,
): CompiledDiscovery | undefined {
  const { clusterType, type = "STATIC" } = config;
  const legacy = { dns: legacyDnsFields(config), dnsPath: path };
  if (clusterType === undefined) return compileType(type, path.field("type"), legacy, context);
  const { name = "", typedConfig } = clusterType;
  const at = path.field("clusterType");
  if (isDnsCluster(typedConfig)) {
    const discovery = typedConfig.allAddressesInSingleEndpoint === true ? "LOGICAL_DNS" : "STRICT_DNS";
    return { discovery, dns: typedDnsFields(typedConfig), dnsPath: at.field("typedConfig") };
  }
  const known = TYPE_OF_EXTENSION.get(name);
  if (known !== undefined && typedConfig === undefined) return compileType(known, at, legacy, context);
  context.diagnostics.error(at, "config.unsupported", `cluster type "${name}" is not implemented`);
  return undefined;
}

function compileType(
  type: NonNullable<Cluster["type"]>,
  path: ConfigPath,
  legacy: Omit<CompiledDiscovery, "discovery">,
  { diagnostics, capabilities }: DiscoveryContext,
): CompiledDiscovery | undefined {
  if (type !== "EDS" && type !== "ORIGINAL_DST") return { discovery: type, ...legacy };
  const reason = type === "EDS" ? NO_CONTROL_PLANE : NO_ORIGINAL_DESTINATION[capabilities.target];
  diagnostics.error(path, "config.unsupported", `cluster type ${type}: ${reason}`);
  return undefined;
}

const NO_CONTROL_PLANE = "endpoints from a control plane are not implemented";
const NO_ORIGINAL_DESTINATION = {
  edge: "a Worker is not told where a connection was meant to go",
  node: "the original destination of a connection is not read",
} as const;

function isDnsCluster(config: AnyMessage | undefined): config is AnyMessage & DnsCluster {
  return config?.["@type"] === DNS_CLUSTER;
}
