import { DiagnosticCollector } from "../../shared/diagnostics/collector.ts";
import { compilePolicies } from "../../shared/hcm/compile-policies.ts";
import { checkRequest } from "../../shared/hcm/request-check.ts";
import { sanitizeRequest } from "../../shared/hcm/request-sanitizer.ts";
import type { HeaderMap } from "../../shared/http/header-map.ts";
import { removeHopByHop } from "../../shared/http/hop-by-hop.ts";
import type { LocalReply } from "../../shared/http/local-reply.ts";
import type { StreamInfo } from "../../shared/http/stream-info.ts";
import type { PlacedRouteConfig } from "../../shared/route-check/find-route-configs.ts";
import { createNodeRandom } from "../host/node-random.ts";

/**
 * Does to a request what its connection manager does before routes see it: paths are normalised, headers made trustworthy. Gives the
 * answer to a request that goes no further.
 */
export function admitRequest(
  request: HeaderMap,
  info: StreamInfo,
  { manager }: PlacedRouteConfig,
): LocalReply | undefined {
  if (manager === undefined) return undefined;
  const context = { diagnostics: new DiagnosticCollector(), localPort: undefined, node: { node: "", cluster: "" } };
  const { check, sanitizer } = compilePolicies(manager.config, manager.path, context);
  const refusal = checkRequest(request, check);
  removeHopByHop(request, { keepUpgrade: true });
  return refusal ?? sanitizeRequest(request, info, sanitizer, createNodeRandom());
}
