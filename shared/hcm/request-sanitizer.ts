import type { RandomSource } from "../host/random-source.ts";
import type { HeaderMap } from "../http/header-map.ts";
import type { DownstreamInfo } from "../http/stream-info.ts";
import { appendedForwardedFor, type ClientAddressPolicy, type Peer, trustedClientAddress } from "./client-address.ts";

export interface SanitizerPolicy extends ClientAddressPolicy {
  /** Whether an address belongs to this network; nothing does unless `internal_address_config` says so. */
  readonly isInternalAddress: (address: string) => boolean;
  readonly generateRequestId: boolean;
  readonly preserveExternalRequestId: boolean;
  /** Appended to `via`; empty for none. */
  readonly via: string;
}

/** Control headers that only a caller inside the network may set. Source: Envoy `mutateRequestHeaders` and router headers. */
const INTERNAL_ONLY: readonly string[] = [
  "x-envoy-retry-on",
  "x-envoy-retry-grpc-on",
  "x-envoy-max-retries",
  "x-envoy-upstream-alt-stat-name",
  "x-envoy-upstream-rq-timeout-ms",
  "x-envoy-upstream-rq-per-try-timeout-ms",
  "x-envoy-upstream-rq-timeout-alt-response",
  "x-envoy-expected-rq-timeout-ms",
  "x-envoy-force-trace",
  "x-envoy-ip-tags",
  "x-envoy-original-url",
  "x-envoy-hedge-on-per-try-timeout",
  "x-envoy-retriable-status-codes",
  "x-envoy-retriable-header-names",
];

/** Removed in addition where this proxy stands at the edge of the network. */
const EDGE_ONLY: readonly string[] = [
  "x-envoy-decorator-operation",
  "x-envoy-downstream-service-cluster",
  "x-envoy-downstream-service-node",
  "x-envoy-original-path",
  "x-envoy-original-host",
];

/**
 * Makes the request's headers trustworthy: who the client is, over which scheme it came, under which id it is known, and no
 * control header that a stranger may not set. Source: Envoy `ConnectionManagerUtility::mutateRequestHeaders`.
 */
export function sanitizeRequest(
  headers: HeaderMap,
  downstream: DownstreamInfo,
  policy: SanitizerPolicy,
  random: RandomSource,
): void {
  headers.remove("x-envoy-internal");
  const peer: Peer = {
    address: withoutPort(downstream.directRemoteAddress),
    localAddress: withoutPort(downstream.localAddress),
  };
  const arrived = headers.get("x-forwarded-for");
  const client = trustedClientAddress(policy, arrived, peer);
  const forwardedFor = appendedForwardedFor(policy, arrived, peer);
  if (forwardedFor !== undefined) headers.set("x-forwarded-for", forwardedFor);
  setForwardedProto(headers, downstream.tls, policy);

  const internal = policy.isInternalAddress(client) && isSoleSource(policy, arrived);
  if (internal) headers.set("x-envoy-internal", "true");
  const edge = !internal && policy.useRemoteAddress;
  if (!internal) removeAll(headers, INTERNAL_ONLY);
  if (edge) {
    removeAll(headers, EDGE_ONLY);
    headers.set("x-envoy-external-address", client);
  }
  setRequestId(headers, edge, policy, random);
  if (policy.via !== "") headers.add("via", policy.via);
}

/** An internal client is one that nobody else forwarded for. */
function isSoleSource(policy: SanitizerPolicy, xff: string | undefined): boolean {
  return policy.useRemoteAddress ? xff === undefined : xff !== undefined && !xff.includes(",");
}

function setForwardedProto(headers: HeaderMap, tls: boolean, policy: SanitizerPolicy): void {
  const trustsHeader = policy.useRemoteAddress ? policy.xffNumTrustedHops > 0 : true;
  if (trustsHeader && headers.has("x-forwarded-proto")) return;
  headers.set("x-forwarded-proto", tls ? "https" : "http");
}

function setRequestId(headers: HeaderMap, edge: boolean, policy: SanitizerPolicy, random: RandomSource): void {
  if (edge && !policy.preserveExternalRequestId) headers.remove("x-request-id");
  if (policy.generateRequestId && !headers.has("x-request-id")) headers.set("x-request-id", random.uuid());
}

function removeAll(headers: HeaderMap, names: readonly string[]): void {
  for (const name of names) headers.remove(name);
}

/** `10.0.0.1:80` to `10.0.0.1`, `[::1]:80` to `::1`. */
export function withoutPort(address: string): string {
  const portAt = address.lastIndexOf(":");
  const host = portAt < 0 ? address : address.slice(0, portAt);
  return host.startsWith("[") ? host.slice(1, -1) : host;
}
