import { ConfigPath } from "../diagnostics/config-path.ts";
import type { RandomSource } from "../host/random-source.ts";
import type { HeaderMap } from "../http/header-map.ts";
import type { StreamInfo } from "../http/stream-info.ts";
import type { RouteResolver } from "../http-filter/filter-manager.ts";
import type { ReplyRoute, Route, RouteInput, RouteTable } from "../router/route.ts";

/**
 * Matches the requests of one stream. The stream's random value is drawn once, on first use, so that a request that is matched
 * again falls on the same side of every split.
 */
export class StreamRoutes implements RouteResolver {
  readonly #table: RouteTable;
  readonly #random: RandomSource;
  readonly #info: StreamInfo;
  readonly #onRoute: (route: Route, headers: HeaderMap) => void;
  #input: RouteInput | undefined;
  #early: Route | undefined;

  /** `onRoute` hears of every route that is found, before anyone else. */
  constructor(
    table: RouteTable,
    random: RandomSource,
    info: StreamInfo,
    onRoute: (route: Route, headers: HeaderMap) => void,
  ) {
    this.#table = table;
    this.#random = random;
    this.#info = info;
    this.#onRoute = onRoute;
  }

  /** The route before the filters are there; who asks first afterwards gets the same. */
  early(headers: HeaderMap): Route | undefined {
    this.#early ??= this.route(headers);
    return this.#early;
  }

  route(headers: HeaderMap): Route | undefined {
    if (this.#early !== undefined) {
      const early = this.#early;
      this.#early = undefined;
      return early;
    }
    this.#input ??= { random: random64(this.#random), info: this.#info };
    const match = this.#table.match(headers, this.#input);
    if (match.kind === "none") return undefined;
    const route = match.kind === "route" ? match.route : tlsRedirect(match.location);
    this.#info.routeName = route.name;
    this.#info.virtualHostName = route.virtualHostName;
    this.#info.routeMetadata = route.metadata;
    this.#info.virtualHostMetadata = route.virtualHostMetadata;
    this.#onRoute(route, headers);
    return route;
  }

  /** The value stays. */
  clear(): void {
    this.#early = undefined;
  }
}

function random64(random: RandomSource): bigint {
  return (BigInt(random.uint32()) << 32n) | BigInt(random.uint32());
}

/** What a virtual host with `require_tls` answers: a redirect without name or settings. Source: Envoy `SslRedirectRoute`. */
function tlsRedirect(location: string): ReplyRoute {
  return {
    kind: "redirect",
    name: "",
    virtualHostName: "",
    path: ConfigPath.root,
    status: 301,
    body: "",
    location: () => location,
    formattedBody: () => undefined,
    perFilterConfig: () => undefined,
    perFilterConfigs: () => [],
    filterDisabled: () => undefined,
    metadata: {},
    virtualHostMetadata: {},
    finalizeResponseHeaders: () => undefined,
  };
}
