import type { HeaderMap } from "../../../http/header-map.ts";
import type { RouterSettings } from "./router-settings.ts";

/** How long the whole exchange may take, and what a client gets that waited in vain. */
export interface RequestTimeout {
  /** From the end of the request to the end of the answer; 0 is no limit. */
  readonly timeoutMs: number;
  readonly status: number;
}

/**
 * The time limit of a request: the route's, unless a caller that is trusted to do so asks for another one. Takes the control headers
 * away, and tells the upstream how long it has. Source: Envoy `FilterUtility::finalTimeout`.
 */
export function takeRequestTimeout(
  headers: HeaderMap,
  routeTimeoutMs: number,
  settings: RouterSettings,
): RequestTimeout {
  const expected = settings.respectExpectedTimeout ? headers.get("x-envoy-expected-rq-timeout-ms") : undefined;
  const asked = expected ?? headers.get("x-envoy-upstream-rq-timeout-ms");
  const timeoutMs = parseTimeout(asked) ?? routeTimeoutMs;
  headers.remove("x-envoy-upstream-rq-timeout-ms");
  const isQuiet = headers.remove("x-envoy-upstream-rq-timeout-alt-response");
  if (!settings.suppressEnvoyHeaders && timeoutMs > 0 && expected === undefined) {
    headers.set("x-envoy-expected-rq-timeout-ms", String(timeoutMs));
  }
  return { timeoutMs, status: isQuiet ? 204 : 504 };
}

function parseTimeout(text: string | undefined): number | undefined {
  return text !== undefined && /^\d{1,15}$/.test(text) ? Number(text) : undefined;
}
