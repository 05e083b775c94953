import { ConfigPath } from "../../shared/diagnostics/config-path.ts";
import type { HeaderMap } from "../../shared/http/header-map.ts";
import { NO_POLICIES } from "../../shared/router/policies/forward-policies.ts";
import type { ForwardRoute, ReplyRoute } from "../../shared/router/route.ts";

const COMMON = {
  name: "sample route",
  virtualHostName: "sample virtual host",
  path: ConfigPath.root,
  perFilterConfig: () => undefined,
  perFilterConfigs: () => [],
  filterDisabled: () => undefined,
  metadata: {},
  virtualHostMetadata: {},
  finalizeResponseHeaders: (headers: HeaderMap) => headers.set("x-route-response", "seen"),
} as const;

/** A route to a cluster, with marks of its own on requests and answers. */
export function forwardRoute(clusterName: string | undefined, more: Partial<ForwardRoute> = {}): ForwardRoute {
  return {
    ...COMMON,
    kind: "forward",
    clusterName: () => clusterName,
    clusterNotFoundStatus: 503,
    timeoutMs: 0,
    stream: { idleMs: undefined, maxDuration: undefined, upgrades: new Map() },
    policies: { ...NO_POLICIES, priority: "DEFAULT", internalRedirect: undefined, grpcTimeout: undefined },
    autoHostRewrite: false,
    appendXForwardedHost: false,
    metadataMatch: undefined,
    hash: () => undefined,
    virtualCluster: () => undefined,
    finalizeRequestHeaders: (headers) => headers.set("x-route-request", "seen"),
    ...more,
  };
}

export function replyRoute(more: Partial<ReplyRoute>): ReplyRoute {
  return {
    ...COMMON,
    kind: "direct_response",
    status: 200,
    body: "",
    location: () => undefined,
    formattedBody: () => undefined,
    ...more,
  };
}
