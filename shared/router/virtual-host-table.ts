import type { HeaderMap } from "../http/header-map.ts";
import type { DomainIndex } from "./domain-index.ts";
import type { MatchTrace, RouteInput, RouteMatch, RouteTable } from "./route.ts";
import { NO_ROUTE } from "./route-list.ts";
import type { VirtualHost } from "./virtual-host.ts";

/** A compiled route configuration: one virtual host is chosen by the request's host, and never left. */
export class VirtualHostTable implements RouteTable {
  readonly name: string;
  readonly #domains: DomainIndex<VirtualHost>;
  readonly #ignoresPort: boolean;

  constructor(name: string, domains: DomainIndex<VirtualHost>, ignoresPort: boolean) {
    this.name = name;
    this.#domains = domains;
    this.#ignoresPort = ignoresPort;
  }

  match(request: HeaderMap, input: RouteInput, trace?: MatchTrace): RouteMatch {
    const authority = request.get(":authority") ?? "";
    const virtualHost = this.#domains.find(this.#ignoresPort ? withoutPort(authority) : authority);
    if (trace !== undefined) {
      trace.virtualHostName = virtualHost?.name;
      trace.candidatesExamined = 0;
    }
    return virtualHost === undefined ? NO_ROUTE : virtualHost.match(request, input, trace);
  }
}

/** A colon inside brackets is part of an IPv6 address. */
function withoutPort(authority: string): string {
  const colon = authority.lastIndexOf(":");
  return colon < 0 || authority.lastIndexOf("]") > colon ? authority : authority.slice(0, colon);
}
