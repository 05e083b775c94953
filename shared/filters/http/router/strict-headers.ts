import type { HeaderMap } from "../../../http/header-map.ts";
import type { LocalReply } from "../../../http/local-reply.ts";
import {
  GRPC_CONDITIONS,
  HTTP_CONDITIONS,
  parseRetryOn,
  type RetryCondition,
} from "../../../router/policies/retry-policy.ts";

/** Whether the value of a control header can be read. */
const CHECKS: Readonly<Record<string, (value: string) => boolean>> = {
  "x-envoy-upstream-rq-timeout-ms": isWholeNumber,
  "x-envoy-upstream-rq-per-try-timeout-ms": isWholeNumber,
  "x-envoy-max-retries": isWholeNumber,
  "x-envoy-retry-on": (value) => isRetryOn(value, HTTP_CONDITIONS),
  "x-envoy-retry-grpc-on": (value) => isRetryOn(value, GRPC_CONDITIONS),
};

/** The refusal of a request with a control header that cannot be read (`Router.strict_check_headers`); `undefined` for none. */
export function replyToUnreadableHeader(headers: HeaderMap, names: readonly string[]): LocalReply | undefined {
  for (const name of names) {
    const value = headers.get(name);
    if (value === undefined || CHECKS[name]?.(value) !== false) continue;
    return {
      status: 400,
      body: `invalid header '${name}' with value '${value}'`,
      details: `request_headers_failed_strict_check{${name}}`,
      flag: "InvalidEnvoyRequestHeaders",
    };
  }
  return undefined;
}

function isWholeNumber(value: string): boolean {
  return /^\d{1,15}$/.test(value);
}

/** An empty list is one, too. */
function isRetryOn(value: string, allowed: readonly RetryCondition[]): boolean {
  const names = value.split(",").filter((name) => name.trim() !== "");
  return names.every((name) => parseRetryOn(name, allowed).size === 1);
}
