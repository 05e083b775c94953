import type { ConfigPath } from "../diagnostics/config-path.ts";
import type { DiagnosticSink } from "../diagnostics/diagnostic.ts";
import type { HostCapabilities } from "../host/capabilities.ts";
import { type Address, addressFromConfig } from "../net/address.ts";
import type {
  ClusterLoadAssignment,
  LbEndpoint,
  Locality as LocalityConfig,
  LocalityLbEndpoints,
} from "../schema/envoy-types.ts";
import type { CompiledEndpoint, Discovery } from "./compiled-cluster.ts";
import { edgeExitProblem, withClusterExit } from "./edge-exit.ts";
import type { HostMetadata, Locality } from "../host/upstream-host.ts";

/** What the endpoints of a cluster are compiled with. */
export interface EndpointsContext {
  readonly discovery: Discovery;
  readonly diagnostics: DiagnosticSink;
  readonly capabilities: HostCapabilities;
  /** Of the cluster: its `nuncio.edge` holds for endpoints that say nothing else. */
  readonly clusterMetadata: HostMetadata;
}

const HINT = "Consider setting resolver_name or setting cluster type to 'STRICT_DNS' or 'LOGICAL_DNS'";

/** The endpoints of a `load_assignment`, in order; those that were reported are left out. */
export function compileEndpoints(
  assignment: ClusterLoadAssignment,
  path: ConfigPath,
  context: EndpointsContext,
): readonly CompiledEndpoint[] {
  const { endpoints: localities = [] } = assignment;
  return localities.flatMap((locality, position) =>
    compileLocality(locality, path.field("endpoints").index(position), context),
  );
}

function compileLocality(
  config: LocalityLbEndpoints,
  path: ConfigPath,
  context: EndpointsContext,
): readonly CompiledEndpoint[] {
  const { lbEndpoints = [], priority = 0, loadBalancingWeight: localityWeight = 0 } = config;
  const locality = compileLocalityName(config.locality);
  return lbEndpoints.flatMap((endpoint, position) => {
    const at = path.field("lbEndpoints").index(position);
    const address = compileAddress(endpoint, at, context);
    if (address === undefined) return [];
    const compiled = { ...compileEndpoint(endpoint, address, context), priority, locality, localityWeight };
    checkExit(compiled, at, context);
    return [compiled];
  });
}

function compileEndpoint(
  { endpoint = {}, healthStatus = "UNKNOWN", metadata, loadBalancingWeight = 1 }: LbEndpoint,
  address: Address,
  { discovery, clusterMetadata }: EndpointsContext,
): Omit<CompiledEndpoint, "priority" | "locality" | "localityWeight"> {
  const foundUnder = discovery !== "STATIC" && "host" in address ? address.host : "";
  return {
    address,
    hostname: endpoint.hostname || foundUnder,
    weight: loadBalancingWeight,
    edsStatus: healthStatus,
    metadata: withClusterExit(metadata?.filterMetadata ?? {}, clusterMetadata),
  };
}

function checkExit({ address, metadata }: CompiledEndpoint, path: ConfigPath, context: EndpointsContext): void {
  if (context.capabilities.target !== "edge") return;
  const problem = edgeExitProblem(address, metadata);
  if (problem !== undefined) context.diagnostics.error(path, "edge.exit", problem);
}

function compileAddress(
  { endpoint, endpointName }: LbEndpoint,
  path: ConfigPath,
  context: EndpointsContext,
): Address | undefined {
  const { diagnostics } = context;
  if (endpointName !== undefined) {
    diagnostics.error(path.field("endpointName"), "config.unsupported", "named endpoints are not implemented");
    return undefined;
  }
  const at = path.field("endpoint").field("address");
  const socket = endpoint?.address?.socketAddress;
  if (socket?.resolverName !== undefined) {
    const message = customResolverMessage(context.discovery, socket.resolverName);
    diagnostics.error(at.field("socketAddress").field("resolverName"), "cluster.address", message);
    return undefined;
  }
  const address = addressFromConfig(endpoint?.address ?? {}, at, diagnostics);
  if (address === undefined) return undefined;
  const problem = addressProblem(address, context);
  if (problem === undefined) return address;
  diagnostics.error(at, "cluster.address", problem);
  return undefined;
}

/** Envoy's words where it has the same rule. */
function addressProblem(address: Address, { discovery, capabilities }: EndpointsContext): string | undefined {
  if (discovery === "STATIC") {
    if (address.kind === "name") return `malformed IP address: ${address.host}. ${HINT}`;
    if (address.kind === "internal" && capabilities.target !== "edge") return "internal listeners are not implemented";
    return undefined;
  }
  if (address.kind === "ip" || address.kind === "name") return undefined;
  return `${discovery} clusters resolve names: expected socket_address`;
}

function customResolverMessage(discovery: Discovery, resolver: string): string {
  if (discovery === "STATIC") return `Unknown address resolver: ${resolver}. ${HINT}`;
  return `${discovery} clusters must NOT have a custom resolver name set`;
}

function compileLocalityName({ region = "", zone = "", subZone = "" }: LocalityConfig = {}): Locality {
  return { region, zone, subZone };
}
