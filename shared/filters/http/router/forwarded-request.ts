import type { HeaderMap } from "../../../http/header-map.ts";
import type { TerminalFilterCallbacks } from "../../../http-filter/http-filter.ts";
import type { ForwardRoute } from "../../../router/route.ts";
import type { Cluster } from "../../../upstream/cluster.ts";
import type { LoadBalancerContext } from "../../../upstream/load-balancer-context.ts";
import { type RequestTimeouts, takeRequestTimeouts } from "./request-timeout.ts";
import { takeRetryRequest } from "./retry-request.ts";
import { RetryState } from "./retry-state.ts";
import type { RouterEnvironment } from "./router-environment.ts";
import type { VirtualClusterStats } from "./virtual-cluster-stats.ts";

/** A request that is sent on: what its route, its cluster and its own control headers come to. */
export interface ForwardedRequest {
  readonly route: ForwardRoute;
  readonly cluster: Cluster;
  readonly headers: HeaderMap;
  /** That the request belongs to, where its virtual host has any. */
  readonly virtualCluster: VirtualClusterStats | undefined;
  readonly timeouts: RequestTimeouts;
  /** `undefined` where a failure is final. */
  readonly retry: RetryState | undefined;
  /** What it wants of the balancer; `undefined` is any host. */
  readonly wants: LoadBalancerContext | undefined;
  /** `set-cookie`s that a hash policy made for the answer. */
  readonly cookies: readonly string[];
  /** From inside the network, as the connection manager found. */
  readonly isInternal: boolean;
}

/** Reads the request's control headers, and takes away those that are not for the upstream. */
export function prepareRequest(
  headers: HeaderMap,
  { route, cluster }: Pick<ForwardedRequest, "route" | "cluster">,
  callbacks: TerminalFilterCallbacks,
  { settings, virtualClusters }: RouterEnvironment,
): ForwardedRequest {
  const cookies: string[] = [];
  const timeouts = takeRequestTimeouts(headers, route, settings);
  const virtualCluster = virtualClusters.find(route.virtualHostName, route.virtualCluster(headers));
  return {
    route,
    cluster,
    headers,
    virtualCluster,
    timeouts,
    cookies,
    retry: createRetryState(headers, { route, cluster, virtualCluster }, callbacks),
    wants: wishesOf(headers, route, callbacks, cookies),
    isInternal: headers.get("x-envoy-internal") === "true",
  };
}

/** The cluster's policy, where it has one, takes the place of the route's. */
function createRetryState(
  headers: HeaderMap,
  { route, cluster, virtualCluster }: Pick<ForwardedRequest, "route" | "cluster" | "virtualCluster">,
  { clock, timers, random }: TerminalFilterCallbacks,
): RetryState | undefined {
  const request = takeRetryRequest(headers, route.policies.retry);
  if (request === undefined) return undefined;
  const limit = cluster.resources(route.policies.priority).retries;
  return new RetryState(request, { clock, timers, random, limit, stats: cluster.stats.requests, virtualCluster });
}

function wishesOf(
  request: HeaderMap,
  route: ForwardRoute,
  { streamInfo: info }: TerminalFilterCallbacks,
  cookies: string[],
): LoadBalancerContext | undefined {
  const { metadataMatch } = route;
  const hash = route.hash({ request, info, addCookie: (cookie) => cookies.push(cookie) });
  return hash === undefined && metadataMatch === undefined ? undefined : { hash, metadataMatch };
}
