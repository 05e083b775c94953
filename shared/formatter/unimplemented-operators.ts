const ON_THE_WIRE = "no host counts bytes on the wire";
const CLOSE = "no host tells how a connection was closed";
const CONNECTING = "no host tells how long connecting took";
const CERTIFICATE = "no host tells that much of certificates";

/** Operators of Envoy 1.39 that are not implemented here, with the reason; they are refused by name. */
export const UNIMPLEMENTED_OPERATORS: ReadonlyMap<string, string> = new Map([
  ...["UPSTREAM", "DOWNSTREAM"].flatMap((side) =>
    ["WIRE", "HEADER", "DECOMPRESSED_HEADER"].flatMap((kind) =>
      ["SENT", "RECEIVED"].map((way) => [`${side}_${kind}_BYTES_${way}`, ON_THE_WIRE] as const),
    ),
  ),
  ["UPSTREAM_DETECTED_CLOSE_TYPE", CLOSE],
  ["UPSTREAM_LOCAL_CLOSE_REASON", CLOSE],
  ["DOWNSTREAM_DETECTED_CLOSE_TYPE", CLOSE],
  ["DOWNSTREAM_LOCAL_CLOSE_REASON", CLOSE],
  ["DOWNSTREAM_HANDSHAKE_DURATION", CONNECTING],
  ["UPSTREAM_CONNECTION_POOL_READY_DURATION", CONNECTING],
  ["UPSTREAM_CONNECTION_IDS_ATTEMPTED", "no host numbers the connections that it tries"],
  ["UPSTREAM_LOCAL_IP_SAN", CERTIFICATE],
  ["DOWNSTREAM_LOCAL_IP_SAN", CERTIFICATE],
  ["DOWNSTREAM_LOCAL_EMAIL_SAN", CERTIFICATE],
  ["DOWNSTREAM_LOCAL_OTHERNAME_SAN", CERTIFICATE],
  ["DOWNSTREAM_PEER_OTHERNAME_SAN", CERTIFICATE],
  ["DOWNSTREAM_PEER_CHAIN_FINGERPRINTS_256", CERTIFICATE],
  ["DOWNSTREAM_PEER_CHAIN_FINGERPRINTS_1", CERTIFICATE],
  ["DOWNSTREAM_PEER_CHAIN_SERIALS", CERTIFICATE],
  ["FILTER_CHAIN_NAME", "the names of filter chains are not kept"],
  ["HOSTNAME", "a Worker runs on no host that has a name"],
  ["ENVIRONMENT", "a Worker has no environment variables"],
  ["REQ_WITHOUT_QUERY", "%PATH(NQ)% prints the same"],
  ["CEL", "CEL expressions are not implemented"],
  ["TYPED_CEL", "CEL expressions are not implemented"],
]);
