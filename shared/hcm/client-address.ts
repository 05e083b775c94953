import { parseIp } from "../net/ip-address.ts";

/** How the connection manager finds out who the client is (fields of `HttpConnectionManager`). */
export interface ClientAddressPolicy {
  /** The connection's peer is the client or a trusted proxy; without it the peer is a proxy of our own. */
  readonly useRemoteAddress: boolean;
  /** How many proxies in front of this one are trusted to have appended to `x-forwarded-for`. */
  readonly xffNumTrustedHops: number;
  readonly skipXffAppend: boolean;
  /** `original_ip_detection_extensions`, in order; the first that finds an address or refuses decides. */
  readonly detectors: readonly AddressDetector[];
  /** `represent_ipv4_remote_address_as_ipv4_mapped_ipv6`: how a peer is written into `x-forwarded-for`. */
  readonly mapsIpv4: boolean;
}

/** The connection's side of the matter; addresses without port. */
export interface Peer {
  readonly address: string;
  readonly localAddress: string;
}

/** What one extension makes of a request. `header` gives the request's headers by name. */
export type AddressDetector = (header: (name: string) => string | undefined, peer: Peer) => Detection;

export type Detection =
  | { readonly kind: "unknown" }
  /** `isTrusted`: the address may make the request an internal one. */
  | { readonly kind: "found"; readonly address: string; readonly isTrusted: boolean; readonly appends: boolean }
  | { readonly kind: "rejected"; readonly status: number };

export type ClientAddress =
  | {
      readonly kind: "client";
      readonly address: string;
      /** Whether an internal address makes the request an internal one. */
      readonly isTrusted: boolean;
      /** What `x-forwarded-for` becomes; `undefined` leaves it as it is. */
      readonly forwardedFor: string | undefined;
    }
  | { readonly kind: "rejected"; readonly status: number };

const NOT_FOUND: Detection = { kind: "unknown" };

/**
 * Who the client is. Source: Envoy `ConnectionManagerUtility::mutateRequestHeaders`.
 *
 * With `use_remote_address`, hop N is the N-th entry of `x-forwarded-for` from the right, since the peer itself is one hop, and
 * an internal client is one that nobody forwarded for. Without it, extensions are asked, of which reading `x-forwarded-for` is
 * the one that is there by default. Where nothing is found, the peer is the client.
 */
export function clientAddressOf(
  policy: ClientAddressPolicy,
  header: (name: string) => string | undefined,
  peer: Peer,
): ClientAddress {
  if (policy.useRemoteAddress) return addressByPeer(policy, header("x-forwarded-for"), peer);
  for (const detect of policy.detectors) {
    const detection = detect(header, peer);
    if (detection.kind === "rejected") return detection;
    if (detection.kind === "unknown") continue;
    const { address, isTrusted, appends } = detection;
    const forwardedFor = appends ? appended(policy, header("x-forwarded-for"), peer) : undefined;
    return { kind: "client", address, isTrusted, forwardedFor };
  }
  return { kind: "client", address: peer.address, isTrusted: false, forwardedFor: undefined };
}

function addressByPeer(policy: ClientAddressPolicy, xff: string | undefined, peer: Peer): ClientAddress {
  const { xffNumTrustedHops: hops } = policy;
  const forwarded = hops === 0 ? undefined : entryFromRight(xff?.split(",") ?? [], hops);
  return {
    kind: "client",
    address: forwarded ?? peer.address,
    isTrusted: xff === undefined,
    forwardedFor: policy.skipXffAppend ? undefined : appended(policy, xff, peer),
  };
}

/** `envoy.http.original_ip_detection.xff` by hops: the entry before those of the trusted proxies. */
export function detectByHops(trustedHops: number, appends: boolean): AddressDetector {
  return (header) => {
    const entries = header("x-forwarded-for")?.split(",") ?? [];
    const address = entryFromRight(entries, trustedHops + 1);
    if (address === undefined) return NOT_FOUND;
    return { kind: "found", address, isTrusted: entries.length === 1 && trustedHops === 0, appends };
  };
}

/** Envoy looks at no header with more entries than this. */
const MAX_ENTRIES = 20;

/**
 * `envoy.http.original_ip_detection.xff` by networks: from the right, the first entry that is no trusted proxy, or the leftmost
 * one. The peer has to be one, too.
 */
export function detectByNetworks(isTrustedProxy: (address: string) => boolean, appends: boolean): AddressDetector {
  return (header, peer) => {
    const entries = header("x-forwarded-for")?.split(",") ?? [];
    if (!isTrustedProxy(peer.address) || entries.length === 0 || entries.length > MAX_ENTRIES) return NOT_FOUND;
    for (let position = 1; position <= entries.length; position++) {
      const address = entryFromRight(entries, position);
      if (address === undefined) return NOT_FOUND;
      if (isTrustedProxy(address) && position < entries.length) continue;
      return { kind: "found", address, isTrusted: entries.length === 1, appends };
    }
    return NOT_FOUND;
  };
}

/** `envoy.http.original_ip_detection.custom_header`; without `rejectStatus` a header that is missing or no address is passed over. */
export function detectByHeader(name: string, isTrusted: boolean, rejectStatus: number | undefined): AddressDetector {
  const missing: Detection = rejectStatus === undefined ? NOT_FOUND : { kind: "rejected", status: rejectStatus };
  return (header) => {
    const address = header(name);
    if (address === undefined || parseIp(address) === undefined) return missing;
    return { kind: "found", address, isTrusted, appends: false };
  };
}

/** A loopback peer is written as our own address, as in Envoy. */
function appended(policy: ClientAddressPolicy, xff: string | undefined, peer: Peer): string {
  const written = isLoopback(peer.address) ? peer.localAddress : remoteText(policy, peer.address);
  return xff === undefined || xff === "" ? written : `${xff},${written}`;
}

function remoteText({ mapsIpv4 }: ClientAddressPolicy, address: string): string {
  return mapsIpv4 && !address.includes(":") ? `::FFFF:${address}` : address;
}

function entryFromRight(entries: readonly string[], position: number): string | undefined {
  const entry = entries[entries.length - position]?.trim();
  // A port, or anything else that is no bare address, makes an entry useless to Envoy.
  return entry !== undefined && parseIp(entry) !== undefined ? entry : undefined;
}

/** To Envoy, 127.0.0.2 is an address like any other. */
function isLoopback(address: string): boolean {
  return address === "127.0.0.1" || address === "::1";
}
