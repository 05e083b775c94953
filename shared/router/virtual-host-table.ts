import type { HeaderMap } from "../http/header-map.ts";
import type { DomainIndex } from "./domain-index.ts";
import { NO_ROUTE } from "./route-list.ts";
import type { MatchTrace, RouteInput, RouteMatch, RouteTable } from "./route.ts";
import type { VirtualHost } from "./virtual-host.ts";

/** What a virtual host is found by. */
export interface HostLookup {
  /** In lower case; `:authority` unless there is a `vhost_header`. */
  readonly header: string;
  /** `ignore_port_in_host_matching` */
  readonly ignoresPort: boolean;
}

/** A compiled route configuration: one virtual host is chosen by the request's host, and never left. */
export class VirtualHostTable implements RouteTable {
  readonly name: string;
  readonly #domains: DomainIndex<VirtualHost>;
  readonly #settings: HostLookup;

  constructor(name: string, domains: DomainIndex<VirtualHost>, settings: HostLookup) {
    this.name = name;
    this.#domains = domains;
    this.#settings = settings;
  }

  match(request: HeaderMap, input: RouteInput, trace?: MatchTrace): RouteMatch {
    const virtualHost = this.#virtualHostOf(request);
    if (trace !== undefined) {
      trace.virtualHostName = virtualHost?.name;
      trace.candidatesExamined = 0;
    }
    return virtualHost === undefined ? NO_ROUTE : virtualHost.match(request, input, trace);
  }

  #virtualHostOf(request: HeaderMap): VirtualHost | undefined {
    const { header, ignoresPort } = this.#settings;
    const host = header === ":authority" ? (request.get(header) ?? "") : request.values(header)[0];
    // Where the header is missing not even a virtual host for everything is looked for, unless it is the only one.
    if (host === undefined) return this.#domains.onlyDefault;
    return this.#domains.find(ignoresPort ? withoutPort(host) : host);
  }
}

/** A colon inside brackets is part of an IPv6 address. */
function withoutPort(authority: string): string {
  const colon = authority.lastIndexOf(":");
  return colon < 0 || authority.lastIndexOf("]") > colon ? authority : authority.slice(0, colon);
}
