import type { HostMetadata } from "../host/upstream-host.ts";
import type { Metadata } from "../schema/envoy-types.ts";

/** The part of a `metadata_match` that chooses among the hosts of a cluster; other namespaces mean nothing there. */
export function subsetOf(metadata: Metadata | undefined): HostMetadata[string] | undefined {
  return metadata?.filterMetadata?.["envoy.lb"];
}
