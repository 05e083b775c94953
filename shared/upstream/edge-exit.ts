import type { HostMetadata } from "../host/upstream-host.ts";
import type { Address } from "../net/address.ts";

/**
 * How a request leaves the edge for an endpoint. The address says it where it can; the rest is `exit` in the metadata namespace
 * `nuncio.edge` of the endpoint, or of its cluster for all of them.
 */
export type EdgeExit =
  /** The platform's `fetch` to a DNS name; the URL's host is written into `Host`. */
  | "fetch"
  /** `fetch` under the request's own host, connected to another name of the same zone (`cf.resolveOverride`). */
  | "resolve_override"
  /** Another Worker: an internal address names the binding. */
  | "service_binding"
  /** A private host behind a VPC service: an internal address names the binding, which fixes host and port. */
  | "vpc_service"
  /** A TCP socket with our own HTTP/1.1 codec: any `Host`, any address. */
  | "connect";

export const EDGE_NAMESPACE = "nuncio.edge";

const SOCKET_EXITS: ReadonlyMap<unknown, EdgeExit> = new Map<unknown, EdgeExit>([
  [undefined, "fetch"],
  ["fetch", "fetch"],
  ["resolve_override", "resolve_override"],
  ["connect", "connect"],
]);
const BINDING_EXITS: ReadonlyMap<unknown, EdgeExit> = new Map<unknown, EdgeExit>([
  [undefined, "service_binding"],
  ["service_binding", "service_binding"],
  ["vpc_service", "vpc_service"],
]);

/** The exit of an endpoint; `undefined` where its metadata asks for one that its address cannot have. */
export function edgeExitOf(address: Address, metadata: HostMetadata): EdgeExit | undefined {
  const asked = metadata[EDGE_NAMESPACE]?.["exit"];
  switch (address.kind) {
    case "internal":
      return BINDING_EXITS.get(asked);
    case "name":
      return SOCKET_EXITS.get(asked);
    case "ip":
      return asked === "resolve_override" ? undefined : SOCKET_EXITS.get(asked);
    case "pipe":
      return undefined;
  }
}

/** Why an endpoint has no exit, in a sentence for whoever wrote it; `undefined` if it has one. */
export function edgeExitProblem(address: Address, metadata: HostMetadata): string | undefined {
  if (edgeExitOf(address, metadata) !== undefined) return undefined;
  if (address.kind === "pipe") return "a Worker cannot open a Unix socket";
  const asked = String(metadata[EDGE_NAMESPACE]?.["exit"]);
  const possible = address.kind === "internal" ? BINDING_EXITS : SOCKET_EXITS;
  const names = [...possible.keys()].filter((name) => typeof name === "string");
  const reason =
    asked === "resolve_override" ? "resolve_override needs a DNS name" : `expected one of ${names.join(", ")}`;
  return `no exit '${asked}' to this address: ${reason}`;
}

/** The metadata of an endpoint, with what its cluster says in the namespace of the edge below it. */
export function withClusterExit(endpoint: HostMetadata, cluster: HostMetadata): HostMetadata {
  const inherited = cluster[EDGE_NAMESPACE];
  if (inherited === undefined) return endpoint;
  return { ...endpoint, [EDGE_NAMESPACE]: { ...inherited, ...endpoint[EDGE_NAMESPACE] } };
}
