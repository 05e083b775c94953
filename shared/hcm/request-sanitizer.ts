import type { RandomSource } from "../host/random-source.ts";
import type { HeaderMap } from "../http/header-map.ts";
import type { LocalReply } from "../http/local-reply.ts";
import { DETAILS } from "../http/response-code-details.ts";
import type { StreamInfo } from "../http/stream-info.ts";
import type { Mutate } from "../router/mutation-list.ts";
import type { NodeIdentity } from "./compile-policies.ts";
import { type ClientAddressPolicy, clientAddressOf, type Peer } from "./client-address.ts";
import type { ClientCertificatePolicy } from "./client-certificate.ts";
import { type RequestIdPolicy, setRequestId } from "./request-id.ts";

export interface SanitizerPolicy extends ClientAddressPolicy {
  /** Whether an address belongs to this network; nothing does unless `internal_address_config` says so. */
  readonly isInternalAddress: (address: string) => boolean;
  readonly requestId: RequestIdPolicy;
  /** Appended to `via`; empty for none. */
  readonly via: string;
  readonly appendForwardedPort: boolean;
  /** `scheme_to_overwrite`; `undefined` leaves the scheme to the client. */
  readonly scheme: string | undefined;
  /** What `add_user_agent` makes known of this proxy; `undefined` without it. */
  readonly userAgent: NodeIdentity | undefined;
  /** Before anything else, so that what they add is trusted no more than what the client sent. */
  readonly earlyMutations: readonly Mutate[];
  readonly internalOnlyHeaders: readonly string[];
  readonly clientCertificate: ClientCertificatePolicy;
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
 * control header that a stranger may not set. Gives the answer to a request whose client cannot be told though it has to be.
 * Source: Envoy `ConnectionManagerUtility::mutateRequestHeaders`.
 */
export function sanitizeRequest(
  headers: HeaderMap,
  info: StreamInfo,
  policy: SanitizerPolicy,
  random: RandomSource,
): LocalReply | undefined {
  const { downstream } = info;
  for (const mutate of policy.earlyMutations) mutate(headers, { requestHeaders: headers, streamInfo: info });
  headers.remove("x-envoy-internal");
  removeBadReferer(headers);
  const peer: Peer = {
    address: withoutPort(downstream.directRemoteAddress),
    localAddress: withoutPort(downstream.localAddress),
  };
  const client = clientAddressOf(policy, (name) => headers.get(name), peer);
  if (client.kind === "rejected") return { status: client.status, details: DETAILS.ipDetectionFailed };
  const { address, forwardedFor } = client;
  if (forwardedFor !== undefined) headers.set("x-forwarded-for", forwardedFor);
  if (address !== peer.address) info.remoteAddress = withPortZero(address);
  setForwarded(headers, info, policy);

  const internal = client.isTrusted && policy.isInternalAddress(address);
  const edge = !internal && policy.useRemoteAddress;
  if (internal) headers.set("x-envoy-internal", "true");
  else removeUntrusted(headers, edge, policy);
  setUserAgent(headers, policy);
  if (policy.via !== "") appendVia(headers, policy.via);
  if (edge) headers.set("x-envoy-external-address", address);
  setRequestId(headers, edge, policy.requestId, random);
  policy.clientCertificate(headers, downstream);
  return undefined;
}

/** Scheme and port that the client used. What a hop in front wrote is believed where that hop is trusted. */
function setForwarded(headers: HeaderMap, { downstream }: StreamInfo, policy: SanitizerPolicy): void {
  const trustsHeaders = !policy.useRemoteAddress || policy.xffNumTrustedHops > 0;
  if (!trustsHeaders || !headers.has("x-forwarded-proto")) {
    headers.set("x-forwarded-proto", downstream.tls ? "https" : "http");
  }
  if (policy.appendForwardedPort && (!trustsHeaders || !headers.has("x-forwarded-port"))) {
    headers.set("x-forwarded-port", portOf(downstream.localAddress));
  }
  if (policy.scheme !== undefined) headers.set(":scheme", policy.scheme);
}

function removeUntrusted(headers: HeaderMap, edge: boolean, { internalOnlyHeaders }: SanitizerPolicy): void {
  removeAll(headers, INTERNAL_ONLY);
  removeAll(headers, internalOnlyHeaders);
  if (edge) removeAll(headers, EDGE_ONLY);
}

/** As in Envoy, a referer that is neither an HTTP URL nor a relative one says nothing, and neither does one that is there twice. */
function removeBadReferer(headers: HeaderMap): void {
  const referer = headers.get("referer");
  if (referer === undefined) return;
  const isAbsolute = /^[a-z][a-z\d+.-]*:/i.test(referer);
  const isUrl = isAbsolute ? /^https?:\/\/[^\s/?#]/i.test(referer) : !referer.includes("://");
  if (!isUrl || /[\s]|,https?:/.test(referer)) headers.remove("referer");
}

function setUserAgent(headers: HeaderMap, { userAgent }: SanitizerPolicy): void {
  if (userAgent === undefined) return;
  headers.set("x-envoy-downstream-service-cluster", userAgent.cluster);
  if ((headers.get("user-agent") ?? "") === "") headers.set("user-agent", userAgent.cluster);
  if (userAgent.node !== "") headers.set("x-envoy-downstream-service-node", userAgent.node);
}

/** Adds a proxy to those that a message came through, as readable lists are written (RFC 9110 section 7.6.3). */
export function appendVia(headers: HeaderMap, via: string): void {
  const before = headers.get("via");
  headers.set("via", before === undefined || before === "" ? via : `${before}, ${via}`);
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

function portOf(address: string): string {
  return address.slice(address.lastIndexOf(":") + 1);
}

/** An address from a header has no port; Envoy prints 0. */
function withPortZero(address: string): string {
  return address.includes(":") ? `[${address}]:0` : `${address}:0`;
}
