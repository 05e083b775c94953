import type {
  Cancellation,
  UpstreamOutcome,
  UpstreamRequest,
  UpstreamTarget,
} from "../../shared/host/upstream-transport.ts";
import { HeaderMap } from "../../shared/http/header-map.ts";
import { platformBody } from "../adapt/body-stream.ts";
import { platformHeaders } from "../adapt/response-to-platform.ts";
import { StreamBody } from "../adapt/stream-body.ts";
import { failureFromFetchError } from "./fetch-failure.ts";

/** Anything with a `fetch`: the platform's own, or a service binding. */
export type Fetcher = Pick<typeof globalThis, "fetch">;

/**
 * Sends a request with `fetch`. Redirects are never followed, bodies are passed as the bytes they are on the wire in both
 * directions, and the `Host` is the URL's: `fetch` gives no way to set another one.
 */
export async function exchangeByFetch(
  fetcher: Fetcher,
  target: UpstreamTarget,
  request: UpstreamRequest,
  cancellation: Cancellation,
): Promise<UpstreamOutcome> {
  const { headers, body } = request;
  const method = headers.get(":method") ?? "GET";
  try {
    const response = await fetcher.fetch(urlOf(target, headers), {
      method,
      headers: platformHeaders(headers),
      redirect: "manual",
      encodeResponseBody: "manual",
      body: body === undefined ? null : platformBody(body, headers.get("content-length"), () => undefined).stream,
    });
    return outcomeOf(response, cancellation);
  } catch (error) {
    return failureFromFetchError(error);
  }
}

function outcomeOf(response: Response, cancellation: Cancellation): UpstreamOutcome {
  if (cancellation.cancelled !== undefined) {
    response.body?.cancel().catch(() => undefined);
    return { kind: "failure", reason: cancellation.cancelled, sent: "all", reusedConnection: false };
  }
  const headers = new HeaderMap();
  headers.add(":status", String(response.status));
  for (const [name, value] of response.headers) headers.add(name, value);
  if (response.webSocket !== null) return { kind: "upgraded", headers, connection: response.webSocket };
  const body = response.body === null ? undefined : new StreamBody(response.body, "connection termination");
  return { kind: "response", headers, body };
}

function urlOf(target: UpstreamTarget, headers: HeaderMap): string {
  const path = headers.get(":path") ?? "/";
  return `http://${target.host.address}${path}`;
}
