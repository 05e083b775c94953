import type { UpstreamHost } from "../host/upstream-host.ts";
import type { StreamInfo } from "../http/stream-info.ts";
import type { UpstreamConnection } from "../http/upstream-connection.ts";
import { addressFamily, hostOf } from "./address-operators.ts";
import type { FormatOperator } from "./format-context.ts";
import { type OperatorTable, plain } from "./operator-spec.ts";

/** What is read of the host of the last attempt. */
const ofHost =
  (read: (host: UpstreamHost) => string): FormatOperator =>
  ({ streamInfo }) =>
    streamInfo.upstream && read(streamInfo.upstream);

const ofConnection =
  (read: (connection: UpstreamConnection) => string | number | undefined): FormatOperator =>
  ({ streamInfo }) =>
    streamInfo.upstreamConnection && read(streamInfo.upstreamConnection);

/** Of all hosts that took the request, the last one included. */
const ofAttempted =
  (read: (host: UpstreamHost) => string): FormatOperator =>
  ({ streamInfo }) =>
    streamInfo.attemptedHosts.map(read).join(",") || undefined;

/** A host without a name goes by its address. */
const nameOf = ({ hostname, address }: UpstreamHost): string => hostname || address;
const addressOf = ({ address }: UpstreamHost): string => address;

/** Operators that print where the request went. */
export const UPSTREAM_OPERATORS: OperatorTable = {
  UPSTREAM_HOST: plain(({ streamInfo }) => streamInfo.upstreamHost),
  UPSTREAM_HOST_NAME: plain(ofHost(nameOf)),
  UPSTREAM_HOST_NAME_WITHOUT_PORT: plain(ofHost((host) => hostOf(nameOf(host)))),
  UPSTREAM_HOSTS_ATTEMPTED: plain(ofAttempted(addressOf)),
  UPSTREAM_HOSTS_ATTEMPTED_WITHOUT_PORT: plain(ofAttempted((host) => hostOf(host.address))),
  UPSTREAM_HOST_NAMES_ATTEMPTED: plain(ofAttempted(nameOf)),
  UPSTREAM_HOST_NAMES_ATTEMPTED_WITHOUT_PORT: plain(ofAttempted((host) => hostOf(nameOf(host)))),
  UPSTREAM_CLUSTER: plain(({ streamInfo }) => streamInfo.upstreamCluster),
  UPSTREAM_CLUSTER_RAW: plain(({ streamInfo }) => streamInfo.upstreamClusterRaw),
  UPSTREAM_REQUEST_ATTEMPT_COUNT: plain(({ streamInfo }) => streamInfo.attemptCount),
  UPSTREAM_PROTOCOL: plain(ofConnection(({ protocol }) => protocol)),
  UPSTREAM_CONNECTION_ID: plain(({ streamInfo }) => streamInfo.upstreamConnection?.id ?? 0),
  ...addressFamily("UPSTREAM_LOCAL", ({ upstreamConnection }) => upstreamConnection?.localAddress),
  ...addressFamily("UPSTREAM_REMOTE", remoteAddress),
  // Only hosts behind internal listeners have one.
  UPSTREAM_REMOTE_ADDRESS_ENDPOINT_ID: plain(({ streamInfo }) => remoteAddress(streamInfo) && ""),
  UPSTREAM_TRANSPORT_FAILURE_REASON: plain(({ streamInfo }) =>
    streamInfo.upstreamTransportFailure?.replace(/\s/g, "_"),
  ),
};

/** The transport's word, else the address that was chosen, if a connection to it took the request. */
function remoteAddress({ upstreamConnection, upstream, attemptedHosts }: StreamInfo): string | undefined {
  if (upstreamConnection?.remoteAddress !== undefined) return upstreamConnection.remoteAddress;
  return upstream !== undefined && attemptedHosts.at(-1) === upstream ? upstream.address : undefined;
}
