import type { Difference } from "./difference.ts";
import type { Exchange } from "./exchange.ts";
import type { PlannedRequest } from "./planned-request.ts";

/** Where a difference was found. */
export interface Finding {
  readonly difference: Difference;
  readonly config: string;
  readonly request: PlannedRequest;
  readonly envoy: Exchange;
  readonly nuncio: Exchange;
}

/** A difference that a fact of the platform explains, and where it may show. */
export interface KnownDifference {
  readonly kind: string;
  readonly reason: string;
  readonly explains: (finding: Finding) => boolean;
}

/** Headers of one connection, which are the platform's business. */
const CONNECTION_HEADERS: ReadonlySet<string> = new Set([
  "connection",
  "keep-alive",
  "transfer-encoding",
  "te",
  "x-hop",
]);
const PLATFORM_HEADERS: ReadonlySet<string> = new Set(["cf-worker", "cf-connecting-ip"]);
const LOOPBACK_ADDRESS = /^"127\.0\.0\.1:\d+"$/;
const BYTE_COUNTS: ReadonlySet<string> = new Set(["sent", "received"]);

const EDGE: readonly KnownDifference[] = [
  {
    kind: "header order",
    reason: "the platform hands headers over sorted by name, in both directions",
    explains: ({ difference }) => difference.kind.endsWith("-order"),
  },
  {
    kind: "header lines",
    reason: "the platform joins the lines of a header into one, so that what looks at single lines sees another text",
    explains: ({ difference, request }) => difference.kind.endsWith("-lines") || hasRepeatedHeader(request),
  },
  {
    kind: "connection headers",
    reason:
      "connections on both sides are the platform's; it frames messages, and drops headers of one connection, by its own rules",
    explains: ({ difference: { kind, name } }) => kind.endsWith("header") && CONNECTION_HEADERS.has(name),
  },
  {
    kind: "host by fetch",
    reason: "fetch writes the endpoint's address into Host; what Host would have been is in x-forwarded-host",
    explains: ({ difference: { kind, name, envoy, nuncio } }) =>
      kind === "upstream-header" &&
      ((name === "host" && LOOPBACK_ADDRESS.test(nuncio)) || (name === "x-forwarded-host" && envoy === "absent")),
  },
  {
    kind: "platform's headers",
    reason:
      "the platform names the client to the Worker in CF-Connecting-IP, and marks what fetch sends with CF-Worker",
    explains: ({ difference: { kind, name } }) => kind === "upstream-header" && PLATFORM_HEADERS.has(name),
  },
  {
    kind: "own address",
    reason: "a Worker has no address: where Envoy appends its own to x-forwarded-for it writes loopback",
    explains: ({ difference: { kind, name, envoy, nuncio } }) =>
      kind === "upstream-header" && name === "x-forwarded-for" && isOwnAddress(envoy, nuncio),
  },
  {
    kind: "refused by the platform",
    reason: "the platform refuses what it cannot parse before the Worker sees it, with a body of its own",
    explains: ({ nuncio }) => isStatus(nuncio, 400) && nuncio.log === undefined && nuncio.upstream.length === 0,
  },
  {
    kind: "target made canonical",
    reason: "the edge routes on the path as fetch will send it: without dot segments, fragment and backslash",
    explains: ({ request }) => isChangedByUrlParser(request.target),
  },
  {
    kind: "cause of a broken connection",
    reason:
      "fetch tells of refused, reset and closed connections in the same words, and a socket of refused ones in its own",
    explains: ({ difference, envoy, nuncio }) =>
      isBroken(details(envoy)) &&
      (details(nuncio).includes("Network_connection_lost") ||
        (difference.kind === "details" && details(nuncio).includes("proxy_request_failed"))),
  },
  {
    kind: "bodies unseen",
    reason:
      "bodies pass as the platform's own streams: their bytes are not counted, a break in one is not heard of, nor its end",
    explains: ({ difference: { kind, name, nuncio: text }, request, envoy, nuncio }) =>
      (details(envoy) === "stream_idle_timeout" && request.body !== undefined) ||
      (kind === "log" && BYTE_COUNTS.has(name) && text === "0") ||
      (details(envoy).startsWith("upstream_reset_after_response_started") && details(nuncio) === "via_upstream"),
  },
  {
    kind: "parsed by the platform",
    reason:
      "the platform reads HTTP/1 by its own rules (HTTP/1.0, known methods, lenient framing) and frames anew what it passes on",
    explains: ({ request }) => request.raw !== undefined,
  },
  {
    kind: "refused by Envoy's codec",
    reason:
      "what Envoy's codec refuses is logged without request headers; the platform's codec has taken it, so that the core refuses it",
    explains: ({ difference: { kind, name }, envoy, nuncio }) =>
      kind === "log" && name === "line" && envoy.log === undefined && nuncio.upstream.length === 0,
  },
];

function hasRepeatedHeader({ headers }: PlannedRequest): boolean {
  return new Set(headers.map(([name]) => name)).size < headers.length;
}

function isOwnAddress(envoy: string, nuncio: string): boolean {
  return nuncio.endsWith(',127.0.0.1"') && envoy.replace(/,[^,]*$/, "") === nuncio.replace(/,[^,]*$/, "");
}

function isStatus({ answer }: Exchange, status: number): boolean {
  return answer.kind === "answer" && answer.status === status;
}

/** Whether a WHATWG URL parser, which every exit of the platform is, makes another target of this one. */
function isChangedByUrlParser(target: string): boolean {
  if (!target.startsWith("/")) return true;
  const url = new URL(`http://a.example${target}`);
  return url.pathname + url.search !== target;
}

function details({ log }: Exchange): string {
  return String(log?.["details"]);
}

function isBroken(text: string): boolean {
  return text.startsWith("upstream_reset_before_response_started");
}

/** What is known of each target. */
export const KNOWN_DIFFERENCES: Readonly<Record<string, readonly KnownDifference[]>> = { edge: EDGE };
