import type {
  Cancellation,
  UpstreamFailure,
  UpstreamOutcome,
  UpstreamRequest,
} from "../../shared/host/upstream-transport.ts";
import type { BodySource } from "../../shared/http/body-source.ts";
import { HeaderMap } from "../../shared/http/header-map.ts";
import { edgePath } from "../../shared/http/path.ts";
import { uploadStream } from "../adapt/body-stream.ts";
import { valueFromPlatform } from "../adapt/header-text.ts";
import { isPlatformStatus, platformHeaders } from "../adapt/response-to-platform.ts";
import { StreamBody } from "../adapt/stream-body.ts";
import { failureFromAnswer } from "./fetch-failure.ts";

/** Anything with a `fetch`: the platform's own, or a service binding. */
export type Fetcher = Pick<typeof globalThis, "fetch">;

/** Where a `fetch` goes, and how its failures read. */
export interface FetchExit {
  readonly fetcher: Fetcher;
  /** What the platform writes into `Host` and, without an override, connects to; with or without TLS. */
  readonly origin: string;
  /** The name of the same zone to connect to instead. */
  readonly resolveOverride?: string;
  readonly failureOf: (error: unknown) => UpstreamFailure;
}

/**
 * Sends a request with `fetch`. Redirects are never followed, bodies are passed as the bytes they are on the wire in both
 * directions, and the `Host` is the URL's: `fetch` gives no way to set another one.
 */
export async function exchangeByFetch(
  { fetcher, origin, resolveOverride, failureOf }: FetchExit,
  { headers, body, onBodySent }: UpstreamRequest,
  cancellation: Cancellation,
): Promise<UpstreamOutcome> {
  const method = headers.get(":method") ?? "GET";
  if (body !== undefined && (method === "GET" || method === "HEAD")) {
    return refused(body, `fetch sends no body with ${method}`);
  }
  const path = headers.get(":path") ?? "/";
  if (!isSentAsItIs(path)) return refused(body, "fetch would send another path than the route made");
  try {
    const response = await fetcher.fetch(origin + path, {
      method,
      headers: platformHeaders(headers),
      redirect: "manual",
      encodeResponseBody: "manual",
      body: body === undefined ? null : uploadStream(body, headers.get("content-length"), onBodySent),
      ...(resolveOverride !== undefined && { cf: { resolveOverride } }),
    });
    return outcomeOf(response, cancellation);
  } catch (error) {
    return failureOf(error);
  }
}

function outcomeOf(response: Response, cancellation: Cancellation): UpstreamOutcome {
  const failed = failureIn(response, cancellation);
  if (failed !== undefined) {
    response.body?.cancel().catch(() => undefined);
    return failed;
  }
  const headers = new HeaderMap();
  headers.append(":status", String(response.status));
  for (const [name, value] of response.headers) headers.append(name, valueFromPlatform(value));
  if (response.webSocket !== null) return { kind: "upgraded", headers, connection: response.webSocket };
  const body = response.body === null ? undefined : new StreamBody(response.body, "connection termination");
  return { kind: "response", headers, body };
}

/** Why an answer is none that may be passed on. */
function failureIn(response: Response, { cancelled }: Cancellation): UpstreamFailure | undefined {
  if (cancelled !== undefined) return failure(cancelled);
  if (!isForwardable(response)) return failure("protocol error");
  return failureFromAnswer(response.status, response.headers);
}

/**
 * What a rewrite makes of a path may be no path any more (`@host`, which would even move the request to another server) or have dot
 * segments, which `fetch` resolves behind the back of whoever matched it.
 */
function isSentAsItIs(path: string): boolean {
  const sent = edgePath(path);
  return sent.kind === "ok" && sent.path === path;
}

/**
 * What `fetch` cannot send as it is, it does not get: changing it would be a lie. One such thing is a body of GET, to which RFC 9110
 * section 9.3.1 gives no meaning.
 */
function refused(body: BodySource | undefined, transportReason: string): UpstreamFailure {
  body?.cancel("local reset");
  return { kind: "failure", reason: "protocol error", transportReason, sent: "nothing", reusedConnection: false };
}

/** The platform builds answers of these statuses only; any other is a protocol error at the edge. */
function isForwardable(response: Response): boolean {
  return response.webSocket !== null || isPlatformStatus(response.status);
}

function failure(reason: UpstreamFailure["reason"]): UpstreamFailure {
  return { kind: "failure", reason, sent: "all", reusedConnection: false };
}
