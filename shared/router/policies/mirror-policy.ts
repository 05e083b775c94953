import type { ConfigPath } from "../../diagnostics/config-path.ts";
import type { DiagnosticSink } from "../../diagnostics/diagnostic.ts";
import { compileRuntimeFraction, type FractionPredicate } from "../../matching/runtime-fraction.ts";
import type { RouteActionRequestMirrorPolicy } from "../../schema/envoy-types.ts";
import type { ClusterChoice } from "../cluster-choice.ts";
import type { RouteContext } from "../route-context.ts";

/** What mirrors are compiled with. */
export interface MirrorContext extends Pick<RouteContext, "clusters"> {
  readonly diagnostics: DiagnosticSink;
}

/** One `RequestMirrorPolicy`: who gets a copy of which requests. */
export interface MirrorPolicy {
  readonly cluster: ClusterChoice;
  /** Of the stream's random value. */
  readonly applies: FractionPredicate;
  /** Whether `-shadow` is appended to the host. */
  readonly appendsSuffix: boolean;
  /** Takes the place of the host, without the suffix. Empty for none. */
  readonly hostLiteral: string;
}

/** Compiles the list of one level; the most specific level that has one counts, whole. */
export function compileMirrors(
  configs: readonly RouteActionRequestMirrorPolicy[],
  path: ConfigPath,
  context: MirrorContext,
): readonly MirrorPolicy[] {
  return configs.map((config, at) => {
    const { cluster = "", clusterHeader = "", runtimeFraction, hostRewriteLiteral = "" } = config;
    if (cluster !== "") checkCluster(cluster, path.index(at).field("cluster"), context);
    return {
      cluster:
        clusterHeader === ""
          ? { kind: "name", name: cluster }
          : { kind: "header", header: clusterHeader.toLowerCase() },
      applies: runtimeFraction === undefined ? () => true : compileRuntimeFraction(runtimeFraction),
      appendsSuffix: config.disableShadowHostSuffixAppend !== true,
      hostLiteral: hostRewriteLiteral,
    };
  });
}

function checkCluster(name: string, path: ConfigPath, { clusters, diagnostics }: MirrorContext): void {
  if (clusters === undefined || clusters.has(name)) return;
  diagnostics.error(path, "config.unknown_cluster", `route: unknown shadow cluster '${name}'`);
}
