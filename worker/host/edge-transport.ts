import type {
  Cancellation,
  UpstreamFailure,
  UpstreamOutcome,
  UpstreamRequest,
  UpstreamTarget,
  UpstreamTransport,
} from "../../shared/host/upstream-transport.ts";
import type { HeaderMap } from "../../shared/http/header-map.ts";
import { exchangeByFetch, type Fetcher } from "./fetch-transport.ts";

/** What the platform gives a Worker beside the request: bindings and variables by name. */
export type Bindings = Readonly<Record<string, unknown>>;

/**
 * The exits of the edge: a DNS name or address through the platform's `fetch`, an internal address through the service
 * binding of its name. Which one it is, the endpoint says.
 */
export class EdgeTransport implements UpstreamTransport {
  readonly #bindings: () => Bindings;

  constructor(bindings: () => Bindings) {
    this.#bindings = bindings;
  }

  exchange(
    target: UpstreamTarget,
    request: UpstreamRequest,
    cancellation: Cancellation,
  ): UpstreamOutcome | Promise<UpstreamOutcome> {
    const address = target.host.target;
    switch (address.kind) {
      case "ip":
      case "name":
        sayHost(request.headers);
        return exchangeByFetch({ fetcher: globalThis, origin: originOf(target) }, request, cancellation);
      case "internal":
        return this.#exchangeByBinding(address.listener, request, cancellation);
      case "pipe":
        return noExit("a Worker cannot open a Unix socket");
    }
  }

  /** A binding gets the request under its own host: any `Host` reaches another Worker. */
  #exchangeByBinding(
    name: string,
    request: UpstreamRequest,
    cancellation: Cancellation,
  ): UpstreamOutcome | Promise<UpstreamOutcome> {
    const binding = this.#bindings()[name];
    if (!isFetcher(binding)) return noExit(`no service binding named ${name}`);
    const authority = request.headers.get(":authority") ?? name;
    return exchangeByFetch({ fetcher: binding, origin: `http://${authority}` }, request, cancellation);
  }
}

/** `fetch` writes the URL's host into `Host`; what Envoy would have written there travels beside it. */
function sayHost(headers: HeaderMap): void {
  const host = headers.get(":authority");
  if (host !== undefined && !headers.has("x-forwarded-host")) headers.set("x-forwarded-host", host);
}

function originOf({ tls, host }: UpstreamTarget): string {
  return `${tls ? "https" : "http"}://${host.address}`;
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
