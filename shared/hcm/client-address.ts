import { parseIp } from "../net/ip-address.ts";

/** How the connection manager finds out who the client is (fields of `HttpConnectionManager`). */
export interface ClientAddressPolicy {
  /** The connection's peer is the client or a trusted proxy; without it the peer is a proxy of our own. */
  readonly useRemoteAddress: boolean;
  /** How many proxies in front of this one are trusted to have appended to `x-forwarded-for`. */
  readonly xffNumTrustedHops: number;
  readonly skipXffAppend: boolean;
}

/** The connection's side of the matter; addresses without port. */
export interface Peer {
  readonly address: string;
  readonly localAddress: string;
}

/**
 * The trusted client address. Source: Envoy `ConnectionManagerUtility::mutateRequestHeaders`.
 *
 * With `use_remote_address`, hop N is the N-th entry of `x-forwarded-for` from the right, since the peer itself is one hop.
 * Without it, the header is all there is, and hop 0 is already its last entry. An entry that is missing or no address leaves
 * the peer.
 */
export function trustedClientAddress(policy: ClientAddressPolicy, xff: string | undefined, peer: Peer): string {
  const { useRemoteAddress, xffNumTrustedHops } = policy;
  if (useRemoteAddress && xffNumTrustedHops === 0) return peer.address;
  const fromRight = useRemoteAddress ? xffNumTrustedHops : xffNumTrustedHops + 1;
  return entryFromRight(xff, fromRight) ?? peer.address;
}

/** What `x-forwarded-for` becomes; `undefined` leaves it as it is. A loopback peer is written as our own address, as in Envoy. */
export function appendedForwardedFor(
  policy: ClientAddressPolicy,
  xff: string | undefined,
  peer: Peer,
): string | undefined {
  if (!policy.useRemoteAddress || policy.skipXffAppend) return undefined;
  const address = isLoopback(peer.address) ? peer.localAddress : peer.address;
  return xff === undefined || xff === "" ? address : `${xff},${address}`;
}

function entryFromRight(xff: string | undefined, position: number): string | undefined {
  const entries = xff?.split(",") ?? [];
  const entry = entries[entries.length - position]?.trim();
  // A port, or anything else that is no bare address, makes an entry useless to Envoy.
  return entry !== undefined && parseIp(entry) !== undefined ? entry : undefined;
}

function isLoopback(address: string): boolean {
  return address === "127.0.0.1" || address === "::1";
}
