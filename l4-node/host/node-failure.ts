/**
 * Why a socket failed, as the core may know it. `reset`: the peer ended the connection without ceremony, also seen as a write
 * into it. `resources`: this process or machine ran out of descriptors, memory or ports. `other`: a code this file does not name.
 */
export type NodeFailure =
  | "refused"
  | "reset"
  | "timeout"
  | "unreachable"
  | "resources"
  | "denied"
  | "name_not_found"
  | "other";

interface KnownFailure {
  readonly failure: NodeFailure;
  /** The words of `strerror(3)`, which Envoy prints. */
  readonly text: string;
}

const KNOWN: ReadonlyMap<string, KnownFailure> = new Map([
  ["ECONNREFUSED", { failure: "refused", text: "Connection refused" }],
  ["ENOENT", { failure: "refused", text: "No such file or directory" }],
  ["ECONNRESET", { failure: "reset", text: "Connection reset by peer" }],
  ["ECONNABORTED", { failure: "reset", text: "Software caused connection abort" }],
  ["EPIPE", { failure: "reset", text: "Broken pipe" }],
  ["ETIMEDOUT", { failure: "timeout", text: "Connection timed out" }],
  ["EHOSTUNREACH", { failure: "unreachable", text: "No route to host" }],
  ["EHOSTDOWN", { failure: "unreachable", text: "Host is down" }],
  ["ENETUNREACH", { failure: "unreachable", text: "Network is unreachable" }],
  ["ENETDOWN", { failure: "unreachable", text: "Network is down" }],
  ["EADDRNOTAVAIL", { failure: "resources", text: "Cannot assign requested address" }],
  ["EMFILE", { failure: "resources", text: "Too many open files" }],
  ["ENFILE", { failure: "resources", text: "Too many open files in system" }],
  ["ENOBUFS", { failure: "resources", text: "No buffer space available" }],
  ["ENOMEM", { failure: "resources", text: "Cannot allocate memory" }],
  ["EACCES", { failure: "denied", text: "Permission denied" }],
  ["EPERM", { failure: "denied", text: "Operation not permitted" }],
  ["ENOTFOUND", { failure: "name_not_found", text: "Name or service not known" }],
  ["EAI_AGAIN", { failure: "name_not_found", text: "Temporary failure in name resolution" }],
]);

/** Turns whatever a socket emitted or a system call threw into a reason. The only reader of `error.code` on the data path. */
export function classifyNodeFailure(error: unknown): NodeFailure {
  return KNOWN.get(codeOf(error))?.failure ?? "other";
}

/** What `%UPSTREAM_TRANSPORT_FAILURE_REASON%` prints for a connection that could not be made (as Envoy 1.39 words it). */
export function renderConnectError(error: unknown): string {
  const code = codeOf(error);
  return `delayed_connect_error: ${KNOWN.get(code)?.text ?? code}`;
}

/** True where a call on a non-blocking descriptor only says "not now". */
export function isWouldBlock(error: unknown): boolean {
  return codeOf(error) === "EAGAIN";
}

function codeOf(error: unknown): string {
  if (!(error instanceof Error) || !("code" in error)) return "unknown";
  return typeof error.code === "string" ? error.code : "unknown";
}
