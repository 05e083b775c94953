import { ConfigPath } from "../../shared/diagnostics/config-path.ts";
import { DiagnosticCollector } from "../../shared/diagnostics/collector.ts";
import { renderDiagnostic } from "../../shared/diagnostics/render.ts";
import type { ForwardPolicies } from "../../shared/router/policies/forward-policies.ts";
import { compileRetryPolicy, type RetryPolicy } from "../../shared/router/policies/retry-policy.ts";
import type { ForwardRoute } from "../../shared/router/route.ts";
import type { RouteRetryPolicy } from "../../shared/schema/envoy-types.ts";
import { forwardRoute } from "./sample-route.ts";

/** Compiles what has to be right. */
export function retryPolicy(config: RouteRetryPolicy): RetryPolicy {
  const diagnostics = new DiagnosticCollector();
  const policy = compileRetryPolicy(config, ConfigPath.root, diagnostics);
  const problems = diagnostics.diagnostics.map(renderDiagnostic);
  if (problems.length > 0) throw new Error(problems.join("\n"));
  return policy;
}

/** A route to the cluster `app` with these policies beside the sample route's. */
export function routeWith(policies: Partial<ForwardPolicies>, more: Partial<ForwardRoute> = {}): ForwardRoute {
  const route = forwardRoute("app", more);
  return { ...route, policies: { ...route.policies, ...policies } };
}

/** A route to the cluster `app` with a retry policy. */
export function retryRoute(retry: RouteRetryPolicy, more: Partial<ForwardRoute> = {}): ForwardRoute {
  return routeWith({ retry: retryPolicy(retry) }, more);
}
