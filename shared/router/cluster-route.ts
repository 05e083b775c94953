import type { HostMetadata } from "../host/upstream-host.ts";
import type { HeaderMap } from "../http/header-map.ts";
import type { StreamInfo } from "../http/stream-info.ts";
import { type ClusterChoice, clusterNameOf } from "./cluster-choice.ts";
import { CompiledRoute } from "./compiled-route.ts";
import type { ForwardPathRewrite } from "./forward-path-rewrite.ts";
import type { HashSource, RouteHash } from "./hash-policy.ts";
import { type HostRewrite, rewriteAuthority } from "./host-rewrite.ts";
import type { MutationLevels } from "./mutation-levels.ts";
import type { ForwardPolicies } from "./policies/forward-policies.ts";
import type { RouteScope } from "./route-scope.ts";
import type { ForwardRoute } from "./route.ts";
import type { StreamSettings } from "./stream-settings.ts";

/** The compiled fields of a `RouteAction`; all entries of a weighted route share one. */
export interface ForwardSettings {
  readonly clusterNotFoundStatus: number;
  readonly timeoutMs: number;
  readonly stream: StreamSettings;
  readonly policies: ForwardPolicies;
  readonly autoHostRewrite: boolean;
  readonly appendXForwardedHost: boolean;
  readonly hostRewrite: HostRewrite | undefined;
  readonly pathRewrite: ForwardPathRewrite | undefined;
  readonly metadataMatch: HostMetadata[string] | undefined;
  readonly hash: RouteHash | undefined;
}

/** What the chosen entry of a weighted route does to a message before the route gets it. */
export interface WeightedEntry {
  readonly mutations: MutationLevels;
  /** Takes the place of the host without a trace in `x-envoy-original-host`, as in Envoy. */
  readonly hostLiteral: string | undefined;
  /** That of the route with the values of the entry in their place. */
  readonly metadataMatch: HostMetadata[string] | undefined;
}

export interface ClusterTarget {
  readonly cluster: ClusterChoice;
  readonly entry?: WeightedEntry;
}

/** Sends requests to one cluster: a route of its own, or one entry of a weighted route. */
export class ClusterRoute extends CompiledRoute implements ForwardRoute {
  readonly kind = "forward";
  readonly #scope: RouteScope;
  readonly #settings: ForwardSettings;
  readonly #target: ClusterTarget;

  constructor(scope: RouteScope, settings: ForwardSettings, target: ClusterTarget) {
    super(scope);
    this.#scope = scope;
    this.#settings = settings;
    this.#target = target;
  }

  get stream(): StreamSettings {
    return this.#settings.stream;
  }

  get policies(): ForwardPolicies {
    return this.#settings.policies;
  }

  get clusterNotFoundStatus(): number {
    return this.#settings.clusterNotFoundStatus;
  }

  get timeoutMs(): number {
    return this.#settings.timeoutMs;
  }

  get autoHostRewrite(): boolean {
    return this.#settings.autoHostRewrite;
  }

  get appendXForwardedHost(): boolean {
    return this.#settings.appendXForwardedHost;
  }

  get metadataMatch(): HostMetadata[string] | undefined {
    const { entry } = this.#target;
    return entry === undefined ? this.#settings.metadataMatch : entry.metadataMatch;
  }

  hash(source: HashSource): bigint | undefined {
    return this.#settings.hash?.(source);
  }

  virtualCluster(request: HeaderMap): string | undefined {
    return this.#scope.virtualClusterOf?.(request);
  }

  clusterName(request: HeaderMap): string | undefined {
    return clusterNameOf(this.#target.cluster, request);
  }

  finalizeRequestHeaders(headers: HeaderMap, info: StreamInfo): void {
    const { entry } = this.#target;
    entry?.mutations.applyToRequest(headers, info);
    if (entry?.hostLiteral !== undefined) headers.set(":authority", entry.hostLiteral);
    this.#scope.mutations.applyToRequest(headers, info);
    this.#rewriteHost(headers, info);
    this.#rewritePath(headers, info);
  }

  override finalizeResponseHeaders(headers: HeaderMap, request: HeaderMap, info: StreamInfo): void {
    this.#target.entry?.mutations.applyToResponse(headers, request, info);
    super.finalizeResponseHeaders(headers, request, info);
  }

  #rewriteHost(headers: HeaderMap, info: StreamInfo): void {
    const host = this.#settings.hostRewrite?.(headers, info);
    if (host !== undefined) rewriteAuthority(headers, host, this.appendXForwardedHost);
  }

  #rewritePath(headers: HeaderMap, info: StreamInfo): void {
    const path = headers.get(":path");
    const rewritten = path === undefined ? undefined : this.#settings.pathRewrite?.(path, headers, info);
    if (path === undefined || rewritten === undefined) return;
    headers.set("x-envoy-original-path", path);
    headers.set(":path", rewritten);
  }
}
