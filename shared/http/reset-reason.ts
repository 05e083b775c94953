/**
 * Why a stream ended before its time, in Envoy's words (`StreamResetReason`); these stand in bodies of local replies, and with
 * `_` for spaces in response code details.
 */
export type ResetReason =
  | "local reset"
  | "local refused stream reset"
  | "local connection failure"
  | "remote reset"
  | "remote refused stream reset"
  | "remote connection failure"
  | "connection termination"
  | "connection timeout"
  | "overflow"
  | "protocol error";
