import type { ConfigPath } from "../diagnostics/config-path.ts";
import type { HostMetadata } from "../host/upstream-host.ts";
import type { FilterKey } from "../http/filter-key.ts";
import type { HeaderMap } from "../http/header-map.ts";
import type { StreamInfo } from "../http/stream-info.ts";
import type { HashSource } from "./hash-policy.ts";
import type { ForwardPolicies } from "./policies/forward-policies.ts";
import type { RouteTrace } from "./route-trace.ts";
import type { StreamSettings } from "./stream-settings.ts";

/** What every compiled route knows, whatever it does. Immutable; a request keeps the one it was given. */
interface RouteCommon {
  /** `Route.name`; empty if unnamed. */
  readonly name: string;
  readonly virtualHostName: string;
  /** Where it stands in the configuration; all entries of a weighted route have that of the route. */
  readonly path: ConfigPath;
  /** The most specific per-filter configuration: weighted cluster, route, virtual host, route configuration. */
  perFilterConfig<T>(key: FilterKey<T>): T | undefined;
  /** All of them, least specific first, for filters that merge. */
  perFilterConfigs<T>(key: FilterKey<T>): readonly T[];
  /** Whether a filter is switched off here, or on where its chain has it off; `undefined` leaves it to the chain. */
  filterDisabled(filterName: string): boolean | undefined;
  /** What it says of tracing. */
  readonly trace?: RouteTrace | undefined;
  /** `Route.metadata`, by namespace. */
  readonly metadata: HostMetadata;
  /** `VirtualHost.metadata`. */
  readonly virtualHostMetadata: HostMetadata;
  /** `response_headers_to_add` and `_to_remove` of all levels, in Envoy's order; for upstream answers and local replies. */
  finalizeResponseHeaders(headers: HeaderMap, request: HeaderMap, info: StreamInfo): void;
}

/** Sends the request to a cluster. */
export interface ForwardRoute extends RouteCommon {
  readonly kind: "forward";
  /** `undefined` when the header that should name it is missing. Weighted routes are resolved to one entry by matching. */
  clusterName(request: HeaderMap): string | undefined;
  readonly clusterNotFoundStatus: number;
  /** Milliseconds from the end of the request to the end of the response; 0 is none. */
  readonly timeoutMs: number;
  /** What the route says of idle time, duration and upgrades. */
  readonly stream: StreamSettings;
  /** How requests are sent: retries, copies, redirects. */
  readonly policies: ForwardPolicies;
  /** The host header becomes the upstream host's name once that is picked. */
  readonly autoHostRewrite: boolean;
  /** Whether a host that is rewritten is appended to `x-forwarded-host` first (`append_x_forwarded_host`). */
  readonly appendXForwardedHost: boolean;
  /** `RouteAction.metadata_match`, merged with the weighted entry's: the `envoy.lb` values of the wanted subset. */
  readonly metadataMatch: HostMetadata[string] | undefined;
  /** What `hash_policy` makes of the request; `undefined` without a policy or where none of its inputs is there. */
  hash(source: HashSource): bigint | undefined;
  /** The virtual cluster that the request counts for; `undefined` where the virtual host has none. */
  virtualCluster(request: HeaderMap): string | undefined;
  /** Header mutations of all levels, then host, then path rewrite. Runs once, before the upstream request. */
  finalizeRequestHeaders(headers: HeaderMap, info: StreamInfo): void;
}

export interface FormattedBody {
  readonly text: string;
  readonly contentType: string;
}

/** Answers by itself: `direct_response` or `redirect`. */
export interface ReplyRoute extends RouteCommon {
  readonly kind: "direct_response" | "redirect";
  readonly status: number;
  /** Empty for redirects. */
  readonly body: string;
  /** What `body_format` makes of the body; `undefined` where it is sent as it is. */
  formattedBody(request: HeaderMap, info: StreamInfo): FormattedBody | undefined;
  /** The `Location` of a redirect. */
  location(request: HeaderMap, info: StreamInfo): string | undefined;
}

export type Route = ForwardRoute | ReplyRoute;

/** What matching gives. */
export type RouteMatch =
  | { readonly kind: "route"; readonly route: Route }
  /** The virtual host wants TLS: 301 to the same address with https. */
  | { readonly kind: "require_tls"; readonly location: string }
  | { readonly kind: "none" };

/** What beside its headers decides on a request's route. */
export interface RouteInput {
  /** The stream's 64-bit value, fixed for its life, so that a cleared route cache picks the same split. */
  readonly random: bigint;
  /** The stream and its connection; where nothing is known of them, matchers that ask for them do not hold. */
  readonly info?: StreamInfo | undefined;
}

/** Filled in by a match for whoever wants to know what it cost. */
export interface MatchTrace {
  /** The virtual host that the request belongs to; `undefined` if none. */
  virtualHostName: string | undefined;
  /** Routes whose matchers were evaluated. */
  candidatesExamined: number;
}

/** A compiled route configuration. Immutable. */
export interface RouteTable {
  readonly name: string;
  /** The first route that matches, as declared. */
  match(request: HeaderMap, input: RouteInput, trace?: MatchTrace): RouteMatch;
}
