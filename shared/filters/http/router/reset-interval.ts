import type { HeaderMap } from "../../../http/header-map.ts";
import type { ResetHeader, RetryPolicy } from "../../../router/policies/retry-policy.ts";

/** An interval that is no longer than this says nothing. */
const NO_WAIT_MS = 1;

/**
 * How long an answer asks to wait, in milliseconds, by the first of the policy's headers that says so; `undefined` where none
 * does, or only longer than the policy allows. Source: Envoy `ResetHeaderParserImpl`.
 */
export function resetIntervalOf(
  headers: HeaderMap,
  policy: NonNullable<RetryPolicy["rateLimitedBackOff"]>,
  wallMs: number,
): number | undefined {
  for (const header of policy.headers) {
    const intervalMs = intervalIn(headers, header, wallMs);
    if (intervalMs === undefined || intervalMs > policy.maxMs) continue;
    return intervalMs > NO_WAIT_MS ? intervalMs : undefined;
  }
  return undefined;
}

function intervalIn(headers: HeaderMap, { name, format }: ResetHeader, wallMs: number): number | undefined {
  const [text = ""] = headers.values(name);
  if (!/^\d{1,15}$/.test(text)) return undefined;
  if (format === "SECONDS") return Number(text) * 1000;
  const nowS = Math.floor(wallMs / 1000);
  // A moment that has passed says nothing.
  return Number(text) < nowS ? undefined : (Number(text) - nowS) * 1000;
}
