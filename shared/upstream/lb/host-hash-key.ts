import type { UpstreamHost } from "../../host/upstream-host.ts";

/** What a host is hashed by: `hash_key` of its `envoy.lb` metadata, its name if wanted, or its address. */
export function hostHashKey({ metadata, hostname, address }: UpstreamHost, usesHostname: boolean): string {
  const key = metadata["envoy.lb"]?.["hash_key"];
  if (typeof key === "string" && key !== "") return key;
  return usesHostname ? hostname : address;
}
