import type { Clock } from "../../host/clock.ts";
import type { RandomSource } from "../../host/random-source.ts";
import type { UpstreamHost } from "../../host/upstream-host.ts";
import type { LbStats } from "../lb-stats.ts";
import type { LoadBalancerContext } from "../load-balancer-context.ts";

/** The weight of the locality that a host is in; 0 gets no requests. */
export type LocalityWeightOf = (host: UpstreamHost) => number;

/** Chooses a host for each request. */
export interface Balancer {
  /**
   * All hosts of the cluster, or of a subset of it; again whenever one of them changes in any way. Localities weigh what the
   * configuration says, unless `weightOf` says something else.
   */
  setHosts(hosts: readonly UpstreamHost[], weightOf?: LocalityWeightOf): void;
  /** `undefined` when no host may be used. */
  pick(context?: LoadBalancerContext): UpstreamHost | undefined;
}

/** What balancers ask of what is around them. */
export interface BalancerPorts {
  readonly random: RandomSource;
  readonly clock: Clock;
  readonly stats: LbStats;
  /** Requests of the cluster that are under way in this thread. */
  readonly activeRequests: () => number;
}
