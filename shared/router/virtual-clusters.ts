import type { ConfigPath } from "../diagnostics/config-path.ts";
import type { DiagnosticSink } from "../diagnostics/diagnostic.ts";
import type { HeaderMap } from "../http/header-map.ts";
import { compileHeaderMatchers } from "../matching/header-matcher.ts";
import type { VirtualCluster } from "../schema/envoy-types.ts";

/** The name of the virtual cluster that a request belongs to; statistics are kept under `vhost.<vhost>.vcluster.<name>.`. */
export type VirtualClusterOf = (request: HeaderMap) => string;

/** Envoy's name for what no entry matches; statistics have it, access logs do not. */
export const OTHER_VIRTUAL_CLUSTER = "other";

/** Compiles the `virtual_clusters` of a virtual host, of which the first that matches counts; `undefined` where there are none. */
export function compileVirtualClusters(
  configs: readonly VirtualCluster[],
  path: ConfigPath,
  diagnostics: DiagnosticSink,
): VirtualClusterOf | undefined {
  if (configs.length === 0) return undefined;
  const entries = configs.map(({ name = "", headers = [] }, at) => ({
    name,
    matchers: compileHeaderMatchers(headers, path.index(at).field("headers"), diagnostics),
  }));
  return (request) =>
    entries.find(({ matchers }) => matchers.every((matcher) => matcher.test(request)))?.name ?? OTHER_VIRTUAL_CLUSTER;
}
