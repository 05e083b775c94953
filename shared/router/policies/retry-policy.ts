import { durationMs } from "../../base/duration-ms.ts";
import type { ConfigPath } from "../../diagnostics/config-path.ts";
import type { DiagnosticSink } from "../../diagnostics/diagnostic.ts";
import { compileHeaderMatchers, type HeaderPredicate } from "../../matching/header-matcher.ts";
import type { HostMetadata } from "../../host/upstream-host.ts";
import type {
  OmitHostMetadataConfig,
  PreviousPrioritiesConfig,
  RouteRetryPolicy,
  RouteRetryPolicyRetryHostPredicate,
} from "../../schema/envoy-types.ts";
import { subsetOf } from "../metadata-match.ts";

/** The names of `x-envoy-retry-on`. */
export const HTTP_CONDITIONS = [
  "5xx",
  "gateway-error",
  "connect-failure",
  "envoy-ratelimited",
  "http3-post-connect-failure",
  "refused-stream",
  "reset",
  "reset-before-request",
  "retriable-4xx",
  "retriable-headers",
  "retriable-status-codes",
] as const;

/** The names of `x-envoy-retry-grpc-on`. */
export const GRPC_CONDITIONS = [
  "cancelled",
  "deadline-exceeded",
  "internal",
  "resource-exhausted",
  "unavailable",
] as const;

export type RetryCondition = (typeof HTTP_CONDITIONS)[number] | (typeof GRPC_CONDITIONS)[number];

/** `retry_on` may mix them. */
const CONDITIONS: readonly RetryCondition[] = [...HTTP_CONDITIONS, ...GRPC_CONDITIONS];

/** Hosts that a retry would rather not have. */
export type RetryHostPredicate =
  | { readonly kind: "previous hosts" }
  | { readonly kind: "canary hosts" }
  /** Hosts that have all of these values in the namespace `envoy.lb`. */
  | { readonly kind: "metadata"; readonly values: HostMetadata[string] };

/** A header of an answer that says when to come back. */
export interface ResetHeader {
  readonly name: string;
  readonly format: "SECONDS" | "UNIX_TIMESTAMP";
}

/** A `RetryPolicy`, compiled. Times in milliseconds; 0 is none. */
export interface RetryPolicy {
  readonly conditions: ReadonlySet<RetryCondition>;
  readonly numRetries: number;
  readonly perTryTimeoutMs: number;
  readonly perTryIdleTimeoutMs: number;
  readonly statusCodes: readonly number[];
  /** Of answers. */
  readonly headers: readonly HeaderPredicate[];
  /** A request that none of these fits is not retried; empty is all requests. */
  readonly requestHeaders: readonly HeaderPredicate[];
  readonly backOff: { readonly baseMs: number; readonly maxMs: number };
  readonly rateLimitedBackOff: { readonly headers: readonly ResetHeader[]; readonly maxMs: number } | undefined;
  readonly hostPredicates: readonly RetryHostPredicate[];
  readonly hostSelectionMaxAttempts: number;
  /** `previous_priorities`: how many attempts pass before the priorities are weighed anew. */
  readonly previousPriorities: { readonly updateFrequency: number } | undefined;
}

const PREVIOUS_PRIORITIES = "envoy.extensions.retry.priority.previous_priorities.v3.PreviousPrioritiesConfig";
const DEFAULT_BASE_MS = 25;
const MAX_TIMES_BASE = 10;
const DEFAULT_RATE_LIMITED_MAX = "300s";

/** What holds for a request that asks for retries by its headers on a route that has no policy. */
export const NO_RETRY_POLICY: RetryPolicy = compileFields({}, { hostPredicates: [], headers: [], requestHeaders: [] });

/** The conditions of a comma-separated list, of those that may stand there. Other names mean nothing, as in Envoy. */
export function parseRetryOn(
  text: string,
  allowed: readonly RetryCondition[] = CONDITIONS,
): ReadonlySet<RetryCondition> {
  const names = new Set(text.split(",").map((name) => name.trim()));
  return new Set(allowed.filter((condition) => names.has(condition)));
}

/** Compiles a `RetryPolicy`; what it cannot do is reported and left out. */
export function compileRetryPolicy(
  config: RouteRetryPolicy,
  path: ConfigPath,
  diagnostics: DiagnosticSink,
): RetryPolicy {
  checkBackOff(config, path.field("retryBackOff"), diagnostics);
  const predicates = config.retryHostPredicate ?? [];
  const predicatesPath = path.field("retryHostPredicate");
  return compileFields(config, {
    hostPredicates: predicates.flatMap((entry, at) => hostPredicate(entry, predicatesPath.index(at), diagnostics)),
    headers: compileHeaderMatchers(config.retriableHeaders ?? [], path.field("retriableHeaders"), diagnostics),
    requestHeaders: compileHeaderMatchers(
      config.retriableRequestHeaders ?? [],
      path.field("retriableRequestHeaders"),
      diagnostics,
    ),
  });
}

function compileFields(
  config: RouteRetryPolicy,
  compiled: Pick<RetryPolicy, "hostPredicates" | "headers" | "requestHeaders">,
): RetryPolicy {
  return {
    ...compiled,
    conditions: parseRetryOn(config.retryOn ?? ""),
    numRetries: config.numRetries ?? 1,
    perTryTimeoutMs: durationMs(config.perTryTimeout ?? "0s"),
    perTryIdleTimeoutMs: durationMs(config.perTryIdleTimeout ?? "0s"),
    statusCodes: config.retriableStatusCodes ?? [],
    backOff: backOffOf(config),
    rateLimitedBackOff: rateLimitedBackOffOf(config),
    hostSelectionMaxAttempts: Number(config.hostSelectionRetryMaxAttempts ?? 1),
    previousPriorities: previousPrioritiesOf(config),
  };
}

/** Source: Envoy `RetryStateImpl`: base 25 ms, at most ten times the base. */
function backOffOf({ retryBackOff }: RouteRetryPolicy): RetryPolicy["backOff"] {
  const baseMs = retryBackOff?.baseInterval === undefined ? DEFAULT_BASE_MS : atLeastOne(retryBackOff.baseInterval);
  const maxMs =
    retryBackOff?.maxInterval === undefined ? baseMs * MAX_TIMES_BASE : durationMs(retryBackOff.maxInterval);
  return { baseMs, maxMs };
}

/** A shorter interval counts as a millisecond, as in Envoy. */
function atLeastOne(duration: string): number {
  return Math.max(1, durationMs(duration));
}

function checkBackOff({ retryBackOff }: RouteRetryPolicy, path: ConfigPath, diagnostics: DiagnosticSink): void {
  if (retryBackOff?.maxInterval === undefined) return;
  if (durationMs(retryBackOff.maxInterval) >= durationMs(retryBackOff.baseInterval ?? "0s")) return;
  const message = "retry_policy.max_interval must greater than or equal to the base_interval";
  diagnostics.error(path.field("maxInterval"), "config.range", message);
}

function rateLimitedBackOffOf({ rateLimitedRetryBackOff }: RouteRetryPolicy): RetryPolicy["rateLimitedBackOff"] {
  if (rateLimitedRetryBackOff === undefined) return undefined;
  const { resetHeaders = [], maxInterval = DEFAULT_RATE_LIMITED_MAX } = rateLimitedRetryBackOff;
  const headers = resetHeaders.map(({ name = "", format = "SECONDS" }) => ({ name: name.toLowerCase(), format }));
  return { headers, maxMs: durationMs(maxInterval) };
}

function previousPrioritiesOf({ retryPriority }: RouteRetryPolicy): RetryPolicy["previousPriorities"] {
  const config = retryPriority?.typedConfig;
  if (config === undefined || typeOf(retryPriority) !== PREVIOUS_PRIORITIES) return undefined;
  // As the type URL says; the loader has checked it.
  const { updateFrequency = 1 } = config as PreviousPrioritiesConfig;
  return { updateFrequency };
}

function hostPredicate(
  config: RouteRetryPolicyRetryHostPredicate,
  path: ConfigPath,
  diagnostics: DiagnosticSink,
): RetryHostPredicate[] {
  switch (typeOf(config)) {
    case "envoy.extensions.retry.host.previous_hosts.v3.PreviousHostsPredicate":
      return [{ kind: "previous hosts" }];
    case "envoy.extensions.retry.host.omit_canary_hosts.v3.OmitCanaryHostsPredicate":
      return [{ kind: "canary hosts" }];
    case "envoy.extensions.retry.host.omit_host_metadata.v3.OmitHostMetadataConfig": {
      // As the type URL says; the loader has checked it.
      const { metadataMatch } = config.typedConfig as OmitHostMetadataConfig;
      return [{ kind: "metadata", values: subsetOf(metadataMatch) ?? {} }];
    }
    default:
      diagnostics.error(path, "config.unknown_extension", `no retry host predicate of the type '${typeOf(config)}'`);
      return [];
  }
}

/** The full message name of an extension's configuration; empty if it has none. */
function typeOf(extension: { readonly typedConfig?: { readonly "@type": string } } | undefined): string {
  const url = extension?.typedConfig?.["@type"] ?? "";
  return url.slice(url.lastIndexOf("/") + 1);
}
