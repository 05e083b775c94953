import type { ConfigPath } from "../diagnostics/config-path.ts";
import type { DiagnosticSink } from "../diagnostics/diagnostic.ts";
import type { RandomSource } from "../host/random-source.ts";
import type { HeaderMap } from "../http/header-map.ts";
import type { HttpConnectionManager, UuidRequestIdConfig } from "../schema/envoy-types.ts";

const UUID_CONFIG = "type.googleapis.com/envoy.extensions.request_id.uuid.v3.UuidRequestIdConfig";
const UUID_LENGTH = 36;
/** The first character of the third group, where the version stands. */
const REASON_AT = 14;

/** Where the request's id comes from (`generate_request_id` and `request_id_extension`). */
export interface RequestIdPolicy {
  readonly generates: boolean;
  /** Whether a stranger's id is kept. */
  readonly preservesExternal: boolean;
  /** Whether the id says why a request is traced. */
  readonly packsReason: boolean;
  /** Whether the id decides which requests are traced, so that all proxies on the way decide alike. */
  readonly decidesSampling: boolean;
}

/** Why a request is traced. Source: Envoy `UUIDRequestIDExtension`. */
const REASONS = { none: "4", sampled: "9", service_forced: "a", client_forced: "b" } as const;
export type TraceReason = keyof typeof REASONS;

export function compileRequestId(
  config: HttpConnectionManager,
  path: ConfigPath,
  diagnostics: DiagnosticSink,
): RequestIdPolicy {
  const typedConfig = config.requestIdExtension?.typedConfig;
  if (typedConfig !== undefined && typedConfig["@type"] !== UUID_CONFIG) {
    const extensionPath = path.field("requestIdExtension").field("typedConfig");
    diagnostics.error(extensionPath, "config.unknown_extension", `no implementation of ${typedConfig["@type"]}`);
  }
  const uuid = (typedConfig ?? {}) as UuidRequestIdConfig; // what the type URL names, checked by the loader
  return {
    generates: config.generateRequestId ?? true,
    preservesExternal: config.preserveExternalRequestId ?? false,
    packsReason: uuid.packTraceReason ?? true,
    decidesSampling: uuid.useRequestIdForTraceSampling ?? true,
  };
}

/**
 * Sees to it that the request has an id; an empty one is none. At the edge of the network a stranger's is replaced, or its trace
 * reason cleared.
 */
export function setRequestId(headers: HeaderMap, edge: boolean, policy: RequestIdPolicy, random: RandomSource): void {
  if (!policy.generates) return;
  const isThere = (headers.get("x-request-id") ?? "") !== "";
  if (!isThere || (edge && !policy.preservesExternal)) headers.set("x-request-id", random.uuid());
  else if (edge) setTraceReason(headers, "none", policy);
}

/** Writes into the id why the request is traced, where ids say so. An id that is no UUID stays as it is. */
export function setTraceReason(headers: HeaderMap, reason: TraceReason, { packsReason }: RequestIdPolicy): void {
  const id = headers.get("x-request-id");
  if (!packsReason || id === undefined || id.length < UUID_LENGTH) return;
  headers.set("x-request-id", id.slice(0, REASON_AT) + REASONS[reason] + id.slice(REASON_AT + 1));
}

/** Why the request is traced, as far as its id says. */
export function traceReasonOf(id: string): TraceReason {
  if (id.length < UUID_LENGTH) return "none";
  switch (id[REASON_AT]) {
    case REASONS.sampled:
      return "sampled";
    case REASONS.service_forced:
      return "service_forced";
    case REASONS.client_forced:
      return "client_forced";
    default:
      return "none";
  }
}

/** A number in [0, 2^32) that every proxy reads alike from one id; `undefined` from what is no UUID. */
export function sampleOf(id: string): number | undefined {
  return /^[\da-f]{8}-/i.test(id) && id.length >= UUID_LENGTH ? Number.parseInt(id.slice(0, 8), 16) : undefined;
}
