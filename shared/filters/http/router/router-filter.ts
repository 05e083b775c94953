import type { BodySource } from "../../../http/body-source.ts";
import type { HeaderMap } from "../../../http/header-map.ts";
import { DETAILS } from "../../../http/response-code-details.ts";
import type { TerminalFilterCallbacks, TerminalHttpFilter } from "../../../http-filter/http-filter.ts";
import type { ForwardRoute } from "../../../router/route.ts";
import { OTHER_VIRTUAL_CLUSTER } from "../../../router/virtual-clusters.ts";
import { replyToDrop } from "./drop-reply.ts";
import { prepareRequest } from "./forwarded-request.ts";
import { replyOfRoute } from "./route-reply.ts";
import type { RouterEnvironment } from "./router-environment.ts";
import { replyToUnreadableHeader } from "./strict-headers.ts";
import { UpstreamExchange } from "./upstream-exchange.ts";

/**
 * The terminal filter: answers what the route answers by itself, sends the rest to a host of the route's cluster, and passes the
 * answer back. Source: Envoy `Router::Filter`.
 */
export class RouterFilter implements TerminalHttpFilter {
  readonly #environment: RouterEnvironment;
  readonly #callbacks: TerminalFilterCallbacks;
  #exchange: UpstreamExchange | undefined;

  constructor(environment: RouterEnvironment, callbacks: TerminalFilterCallbacks) {
    this.#environment = environment;
    this.#callbacks = callbacks;
  }

  run(headers: HeaderMap, body: BodySource | undefined): void {
    const { stats, settings } = this.#environment;
    stats.total.inc();
    const refusal = replyToUnreadableHeader(headers, settings.strictCheckHeaders);
    if (refusal !== undefined) return this.#callbacks.sendLocalReply(refusal);
    const route = this.#callbacks.route();
    if (route === undefined) {
      stats.noRoute.inc();
      this.#callbacks.sendLocalReply({ status: 404, details: DETAILS.routeNotFound, flag: "NoRouteFound" });
    } else if (route.kind === "forward") {
      this.#forward(route, headers, body);
    } else {
      stats.directResponse.inc();
      this.#callbacks.sendLocalReply(replyOfRoute(route, headers, this.#callbacks.streamInfo));
    }
  }

  onDestroy(): void {
    this.#exchange?.cancel();
  }

  #forward(route: ForwardRoute, headers: HeaderMap, body: BodySource | undefined): void {
    const { clusters, stats, settings } = this.#environment;
    const info = this.#callbacks.streamInfo;
    const name = route.clusterName(headers) ?? "";
    const cluster = clusters.get(name);
    // An aggregate cluster gives one of its members, and keeps its own name in logs.
    info.upstreamCluster = cluster?.info.name === name ? cluster.info.statName : cluster && name;
    info.upstreamClusterRaw = cluster && name;
    info.clusterMetadata = cluster?.info.metadata;
    const virtualCluster = route.virtualCluster(headers);
    if (virtualCluster !== OTHER_VIRTUAL_CLUSTER) info.virtualClusterName = virtualCluster;
    if (cluster === undefined) {
      stats.noCluster.inc();
      const { clusterNotFoundStatus: status } = route;
      this.#callbacks.sendLocalReply({ status, details: DETAILS.clusterNotFound, flag: "NoClusterFound" });
      return;
    }
    const drop = cluster.drop();
    if (drop !== undefined) {
      this.#callbacks.sendLocalReply(replyToDrop(drop, settings.suppressEnvoyHeaders));
      return;
    }
    const request = prepareRequest(headers, { route, cluster }, this.#callbacks, this.#environment);
    this.#exchange = new UpstreamExchange(request, this.#environment, this.#callbacks);
    this.#exchange.start(body);
  }
}
