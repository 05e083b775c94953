import type { HeaderMap } from "../../../http/header-map.ts";
import type { HeaderPredicate } from "../../../matching/header-matcher.ts";
import {
  GRPC_CONDITIONS,
  HTTP_CONDITIONS,
  NO_RETRY_POLICY,
  parseRetryOn,
  type RetryCondition,
  type RetryPolicy,
} from "../../../router/policies/retry-policy.ts";

/** What a route's policy and the request's own headers come to together. */
export interface RetryRequest {
  readonly policy: RetryPolicy;
  readonly conditions: ReadonlySet<RetryCondition>;
  readonly maxRetries: number;
  readonly statusCodes: readonly number[];
  readonly headers: readonly Pick<HeaderPredicate, "test">[];
}

const RETRY_ON = "x-envoy-retry-on";
const RETRY_GRPC_ON = "x-envoy-retry-grpc-on";
const MAX_RETRIES = "x-envoy-max-retries";
const STATUS_CODES = "x-envoy-retriable-status-codes";
const HEADER_NAMES = "x-envoy-retriable-header-names";

/**
 * Takes the headers by which a caller that is trusted to do so asks for retries, and adds what they ask for to the policy;
 * `undefined` for a request that is not retried. Of callers that are not trusted the connection manager has removed them.
 */
export function takeRetryRequest(headers: HeaderMap, policy: RetryPolicy | undefined): RetryRequest | undefined {
  const [http, grpc] = [take(headers, RETRY_ON), take(headers, RETRY_GRPC_ON)];
  const [maxRetries, statusCodes, names] = [MAX_RETRIES, STATUS_CODES, HEADER_NAMES].map((name) => take(headers, name));
  if (policy === undefined && http === undefined && grpc === undefined) return undefined;
  const base = policy ?? NO_RETRY_POLICY;
  if (!isEligible(headers, base)) return undefined;
  const asked = [...parseRetryOn(http ?? "", HTTP_CONDITIONS), ...parseRetryOn(grpc ?? "", GRPC_CONDITIONS)];
  const conditions = new Set([...base.conditions, ...asked]);
  if (conditions.size === 0) return undefined;
  return {
    policy: base,
    conditions,
    maxRetries: wholeNumber(maxRetries) ?? base.numRetries,
    statusCodes: [...base.statusCodes, ...listOf(statusCodes).flatMap((text) => wholeNumber(text) ?? [])],
    headers: [...base.headers, ...listOf(names).map(isPresent)],
  };
}

function isEligible(headers: HeaderMap, { requestHeaders }: RetryPolicy): boolean {
  return requestHeaders.length === 0 || requestHeaders.some((matcher) => matcher.test(headers));
}

function isPresent(name: string): Pick<HeaderPredicate, "test"> {
  const lower = name.toLowerCase();
  return { test: (headers) => headers.has(lower) };
}

function take(headers: HeaderMap, name: string): string | undefined {
  const value = headers.get(name);
  if (value !== undefined) headers.remove(name);
  return value;
}

function listOf(text: string | undefined): readonly string[] {
  return (text ?? "")
    .split(",")
    .map((part) => part.trim())
    .filter((part) => part !== "");
}

function wholeNumber(text: string | undefined): number | undefined {
  return text !== undefined && /^\d{1,9}$/.test(text) ? Number(text) : undefined;
}
