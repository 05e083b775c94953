import type {
  Cancellation,
  UpstreamFailure,
  UpstreamOutcome,
  UpstreamRequest,
  UpstreamTarget,
  UpstreamTransport,
} from "../../shared/host/upstream-transport.ts";
import type { HeaderMap } from "../../shared/http/header-map.ts";
import { type EdgeExit, edgeExitOf } from "../../shared/upstream/edge-exit.ts";
import { failureFromFetchError, failureFromVpcError } from "./fetch-failure.ts";
import { exchangeByFetch, type FetchExit, type Fetcher } from "./fetch-transport.ts";

/** What the platform gives a Worker beside the request: bindings and variables by name. */
export type Bindings = Readonly<Record<string, unknown>>;

/**
 * The exits of the edge. Which one a request takes, its endpoint says; compiling has refused endpoints that have none.
 */
export class EdgeTransport implements UpstreamTransport {
  readonly #bindings: () => Bindings;
  readonly #sockets: UpstreamTransport;

  /** `sockets` sends what leaves by a TCP connection. */
  constructor(bindings: () => Bindings, sockets: UpstreamTransport) {
    this.#bindings = bindings;
    this.#sockets = sockets;
  }

  exchange(
    target: UpstreamTarget,
    request: UpstreamRequest,
    cancellation: Cancellation,
  ): UpstreamOutcome | Promise<UpstreamOutcome> {
    const kind = edgeExitOf(target.host.target, target.host.metadata);
    if (kind === "connect") return this.#sockets.exchange(target, request, cancellation);
    const exit = this.#exitTo(kind, target, request);
    return typeof exit === "string" ? noExit(exit) : exchangeByFetch(exit, request, cancellation);
  }

  /** A sentence where there is none. */
  #exitTo(
    kind: Exclude<EdgeExit, "connect"> | undefined,
    target: UpstreamTarget,
    request: UpstreamRequest,
  ): FetchExit | string {
    const { headers } = request;
    switch (kind) {
      case "fetch":
        return fetchExit(target, request);
      case "resolve_override":
        return overrideExit(target, headers);
      case "service_binding":
        // Another Worker gets any host, without a network in between.
        return this.#bindingExit(target, headers, failureFromFetchError);
      case "vpc_service":
        return this.#bindingExit(target, headers, failureFromVpcError);
      case undefined:
        return `no exit to ${target.host.address}`;
    }
  }

  #bindingExit(target: UpstreamTarget, headers: HeaderMap, failureOf: FetchExit["failureOf"]): FetchExit | string {
    const { target: address } = target.host;
    const name = address.kind === "internal" ? address.listener : "";
    const binding = this.#bindings()[name];
    if (!isFetcher(binding)) return `no service binding named ${name}`;
    const origin = ownOrigin(target, headers, name);
    return origin === undefined ? NO_ORIGIN : { fetcher: binding, origin, failureOf };
  }
}

/**
 * To the endpoint's own name: `fetch` writes it into `Host`, so what Envoy would have written travels beside it. Whatever a client
 * wrote there is lost: the upstream has nothing else to know the host by.
 */
function fetchExit({ tls, host }: UpstreamTarget, { headers, forwardsHost = false }: UpstreamRequest): FetchExit {
  const authority = headers.get(":authority");
  const isSaid = forwardsHost && headers.has("x-forwarded-host");
  if (authority !== undefined && !isSaid) headers.set("x-forwarded-host", authority);
  return { fetcher: globalThis, origin: `${scheme(tls)}://${host.address}`, failureOf: failureFromFetchError };
}

/** Under the request's own host, which has to be one of the zone that the Worker runs in, as the other name has. */
function overrideExit(target: UpstreamTarget, headers: HeaderMap): FetchExit | string {
  const { target: address } = target.host;
  const resolveOverride = address.kind === "name" ? address.host : "";
  const origin = ownOrigin(target, headers, resolveOverride);
  if (origin === undefined) return NO_ORIGIN;
  return { fetcher: globalThis, origin, resolveOverride, failureOf: failureFromFetchError };
}

const NO_ORIGIN = "fetch would send another host than the request has";

/**
 * `fallback` for a request without a host, which no client of the platform sends. `undefined` where the URL would name another host,
 * as with `user@host`, escapes, or a rewrite that gave more than a host.
 */
function ownOrigin({ tls }: UpstreamTarget, headers: HeaderMap, fallback: string): string | undefined {
  const authority = (headers.get(":authority") ?? fallback).toLowerCase();
  const origin = `${scheme(tls)}://${authority}`;
  if (!URL.canParse(origin)) return undefined;
  const { host, protocol } = new URL(origin);
  // A URL leaves out the port that its scheme has anyway.
  const isWhole = host === authority || `${host}:${protocol === "https:" ? 443 : 80}` === authority;
  return isWhole ? origin : undefined;
}

function scheme(tls: boolean): string {
  return tls ? "https" : "http";
}

function isFetcher(binding: unknown): binding is Fetcher {
  return typeof binding === "object" && binding !== null && "fetch" in binding && typeof binding.fetch === "function";
}

function noExit(transportReason: string): UpstreamFailure {
  return {
    kind: "failure",
    reason: "remote connection failure",
    transportReason,
    sent: "nothing",
    reusedConnection: false,
  };
}
