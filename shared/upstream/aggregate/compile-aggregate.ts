import type { ConfigPath } from "../../diagnostics/config-path.ts";
import type { DiagnosticSink } from "../../diagnostics/diagnostic.ts";
import type { AggregateClusterConfig, AnyMessage, Cluster } from "../../schema/envoy-types.ts";
import type { PriorityLoadSettings } from "../priority-load.ts";

const AGGREGATE = "type.googleapis.com/envoy.extensions.clusters.aggregate.v3.ClusterConfig";
const NAME = "envoy.clusters.aggregate";
const DEFAULT_OVERPROVISIONING_PERCENT = 140;
const DEFAULT_PANIC_THRESHOLD_PERCENT = 50;

/** Clusters that stand for one, in the order in which they are used. */
export interface CompiledAggregate {
  readonly name: string;
  readonly members: readonly string[];
  readonly loadSettings: PriorityLoadSettings;
}

export interface AggregateContext {
  readonly diagnostics: DiagnosticSink;
  /** The names of all aggregates of the configuration. */
  readonly aggregates: ReadonlySet<string>;
}

export function isAggregate({ clusterType }: Cluster): boolean {
  return clusterType?.typedConfig?.["@type"] === AGGREGATE;
}

/** Compiles a cluster of type `envoy.clusters.aggregate`; nothing after reporting why, or if it is of another type. */
export function compileAggregate(
  config: Cluster,
  path: ConfigPath,
  { diagnostics, aggregates }: AggregateContext,
): CompiledAggregate | undefined {
  const typed = config.clusterType?.typedConfig;
  if (!isAggregateConfig(typed)) return undefined;
  const { name = "", lbPolicy = "ROUND_ROBIN", commonLbConfig } = config;
  if (lbPolicy !== "CLUSTER_PROVIDED") {
    const message = `cluster: LB policy ${lbPolicy} is not valid for cluster type ${NAME}: only CLUSTER_PROVIDED is allowed`;
    diagnostics.error(path.field("lbPolicy"), "cluster.lb", message);
    return undefined;
  }
  const { clusters: members = [] } = typed;
  const nested = members.find((member) => aggregates.has(member));
  if (nested !== undefined) {
    const message = `'${nested}' is an aggregate itself: aggregates of aggregates are not implemented`;
    diagnostics.error(path.field("clusterType").field("typedConfig").field("clusters"), "config.unsupported", message);
    return undefined;
  }
  const threshold = commonLbConfig?.healthyPanicThreshold;
  return {
    name,
    members,
    loadSettings: {
      overprovisioningPercent: DEFAULT_OVERPROVISIONING_PERCENT,
      panicThresholdPercent:
        threshold === undefined ? DEFAULT_PANIC_THRESHOLD_PERCENT : Math.floor(threshold.value ?? 0),
    },
  };
}

function isAggregateConfig(config: AnyMessage | undefined): config is AnyMessage & AggregateClusterConfig {
  return config?.["@type"] === AGGREGATE;
}
