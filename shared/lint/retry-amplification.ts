import type { ConfigPath } from "../diagnostics/config-path.ts";
import type { Route, RouteConfiguration, VirtualHost } from "../schema/envoy-types.ts";
import type { LintContext } from "./lint-context.ts";

/** Requests of one invocation that may wait for headers at once. Source: Cloudflare Workers' limits. */
const EDGE_EXCHANGES = 6;

/** What a route stands in. */
export interface RouteLevels {
  readonly config: RouteConfiguration;
  readonly virtualHost: VirtualHost;
  readonly route: Route;
}

/**
 * Warns of a route that may make more exchanges of one request than a Worker may have waiting: retries, each of which may overlap
 * the one before where it is hedged, and mirrors. `path` is that of the route.
 */
export function lintRetryAmplification(levels: RouteLevels, path: ConfigPath, context: LintContext): void {
  const action = levels.route.route;
  if (action === undefined || context.target !== "edge") return;
  const { virtualHost, config } = levels;
  const retryPolicy = action.retryPolicy ?? virtualHost.retryPolicy;
  const retries = retryPolicy === undefined ? 0 : (retryPolicy.numRetries ?? 1);
  const mirrors = [action, virtualHost, config]
    .map(({ requestMirrorPolicies = [] }) => requestMirrorPolicies.length)
    .find((count) => count > 0);
  const exchanges = 1 + retries + (mirrors ?? 0);
  if (exchanges <= EDGE_EXCHANGES) return;
  const parts = [`${retries} retries`, `${mirrors ?? 0} mirrors`].join(" and ");
  const message = `one request may become ${exchanges} (${parts}); a Worker may have ${EDGE_EXCHANGES} waiting at once`;
  context.diagnostics.warning(path.field("route"), "lint.retry_amplification", message);
}
