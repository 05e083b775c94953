import type { Cancel } from "../../../host/timers.ts";
import type { UpstreamHost } from "../../../host/upstream-host.ts";
import type { UpstreamFailure, UpstreamTransport } from "../../../host/upstream-transport.ts";
import { BodyFailure, type BodySource } from "../../../http/body-source.ts";
import type { HeaderMap } from "../../../http/header-map.ts";
import { removeHopByHop } from "../../../http/hop-by-hop.ts";
import { isGrpcRequest } from "../../../http/local-reply-encoding.ts";
import { DETAILS } from "../../../http/response-code-details.ts";
import type { TerminalFilterCallbacks, TerminalHttpFilter } from "../../../http-filter/http-filter.ts";
import type { ForwardRoute } from "../../../router/route.ts";
import type { Cluster } from "../../../upstream/cluster.ts";
import { FLAG_OF_RESET, replyToFailure } from "./failure-reply.ts";
import { type BodyEnd, ObservedBody } from "./observed-body.ts";
import { replyToDrop } from "./drop-reply.ts";
import { tellMonitor } from "./tell-monitor.ts";
import { finalizeRequest } from "./finalize-request.ts";
import { replyOfRoute } from "./route-reply.ts";
import { type RequestTimeout, takeRequestTimeout } from "./request-timeout.ts";
import type { RouterSettings } from "./router-settings.ts";
import type { RouterStats } from "./router-stats.ts";
import { type AttemptOwner, UpstreamAttempt } from "./upstream-attempt.ts";

/** A route's timer may be late by this part of it, and by no more than a quarter of a second: it then costs next to nothing. */
const TIMEOUT_SLACK_PART = 1 / 16;
const MAX_TIMEOUT_SLACK_MS = 250;
const INTERNAL = "x-envoy-internal";

/** What all streams of a router filter have in common. */
export interface RouterEnvironment {
  readonly clusters: { get(name: string): Cluster | undefined };
  readonly transport: UpstreamTransport;
  readonly settings: RouterSettings;
  readonly stats: RouterStats;
}

/** A request that was sent on. */
interface Forwarded {
  readonly route: ForwardRoute;
  readonly cluster: Cluster;
  readonly request: HeaderMap;
  readonly timeout: RequestTimeout;
  /** From inside the network, as the connection manager found. */
  readonly isInternal: boolean;
}

/**
 * The terminal filter: answers what the route answers by itself, sends the rest to a host of the route's cluster, and passes the
 * answer back. Source: Envoy `Router::Filter`.
 */
export class RouterFilter implements TerminalHttpFilter, AttemptOwner {
  readonly #environment: RouterEnvironment;
  readonly #callbacks: TerminalFilterCallbacks;
  #forwarded: Forwarded | undefined;
  #attempt: UpstreamAttempt | undefined;
  #requestCompleteMs: number | undefined;
  #cancelTimeout: Cancel | undefined;

  constructor(environment: RouterEnvironment, callbacks: TerminalFilterCallbacks) {
    this.#environment = environment;
    this.#callbacks = callbacks;
  }

  run(headers: HeaderMap, body: BodySource | undefined): void {
    const { stats } = this.#environment;
    stats.total.inc();
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
    this.#attempt?.cancel("local reset");
  }

  #forward(route: ForwardRoute, headers: HeaderMap, body: BodySource | undefined): void {
    const { clusters, stats, settings } = this.#environment;
    const info = this.#callbacks.streamInfo;
    const cluster = clusters.get(route.clusterName(headers) ?? "");
    info.upstreamCluster = cluster?.info.statName;
    info.upstreamClusterRaw = cluster?.info.name;
    info.clusterMetadata = cluster?.info.metadata;
    info.virtualClusterName = route.virtualCluster(headers);
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
    const timeout = takeRequestTimeout(headers, route.timeoutMs, settings);
    const forwarded = { route, cluster, request: headers, timeout, isInternal: headers.get(INTERNAL) === "true" };
    this.#forwarded = forwarded;
    const host = cluster.pick();
    if (host === undefined) {
      this.#replyNoHost(forwarded);
      return;
    }
    if (!cluster.resources("DEFAULT").requests.canCreate()) {
      this.#replyOverflow(forwarded);
      return;
    }
    finalizeRequest(headers, { route, host, info, keepOriginals: !settings.suppressEnvoyHeaders });
    this.#send({ host, cluster, headers }, body);
  }

  /** The circuit breaker of the cluster is open. */
  #replyOverflow(forwarded: Forwarded): void {
    const { pendingOverflow, activeOverflow } = forwarded.cluster.stats.requests;
    pendingOverflow.inc();
    activeOverflow.inc();
    const { suppressEnvoyHeaders } = this.#environment.settings;
    const failure = { kind: "failure", reason: "overflow", sent: "nothing", reusedConnection: false } as const;
    const reply = replyToFailure(failure, suppressEnvoyHeaders);
    this.#countCode(forwarded, reply.status);
    this.#callbacks.sendLocalReply(reply);
  }

  #replyNoHost(forwarded: Forwarded): void {
    forwarded.cluster.stats.cxNoneHealthy.inc();
    this.#countCode(forwarded, 503);
    const body = "no healthy upstream";
    this.#callbacks.sendLocalReply({
      status: 503,
      body,
      details: DETAILS.noHealthyUpstream,
      flag: "NoHealthyUpstream",
    });
  }

  #send(
    { host, cluster, headers }: { readonly host: UpstreamHost; readonly cluster: Cluster; readonly headers: HeaderMap },
    body: BodySource | undefined,
  ): void {
    const info = this.#callbacks.streamInfo;
    info.beginAttempt(host);
    const observed = body && new ObservedBody(body, (end) => this.#onRequestEnd(end));
    if (observed === undefined) this.#requestCompleteMs = this.#callbacks.clock.monotonicMs();
    const request = { headers, body: observed, onBodySent: () => this.#onRequestComplete() };
    const { transport } = this.#environment;
    this.#attempt = new UpstreamAttempt({ cluster, host, transport, request, owner: this });
    this.#attempt.start();
    if (observed !== undefined) return;
    info.mark("US_TX_END");
    this.#armTimeout();
  }

  /** The end of a body that was handed over is the transport's to tell. */
  #onRequestEnd(end: BodyEnd): void {
    if (end === "complete") this.#onRequestComplete();
  }

  #onRequestComplete(): void {
    this.#callbacks.streamInfo.mark("US_TX_END");
    this.#requestCompleteMs = this.#callbacks.clock.monotonicMs();
    this.#armTimeout();
  }

  #armTimeout(): void {
    const timeoutMs = this.#forwarded?.timeout.timeoutMs ?? 0;
    if (timeoutMs === 0 || this.#attempt?.isOver !== false) return;
    const slackMs = Math.min(MAX_TIMEOUT_SLACK_MS, timeoutMs * TIMEOUT_SLACK_PART);
    this.#cancelTimeout = this.#callbacks.timers.after(timeoutMs, slackMs, () => this.#onTimeout());
  }

  #endTimeout(): void {
    this.#cancelTimeout?.();
    this.#cancelTimeout = undefined;
  }

  onAnswer(attempt: UpstreamAttempt, headers: HeaderMap, body: BodySource | undefined): void {
    this.#callbacks.streamInfo.mark("US_RX_BEG");
    removeHopByHop(headers, { keepUpgrade: false });
    this.#finalizeAnswer(attempt, headers);
    if (body === undefined) this.onAnswerEnd(attempt, "complete");
    this.#callbacks.respond(headers, body);
  }

  onUpgraded(attempt: UpstreamAttempt, headers: HeaderMap, connection: unknown): void {
    removeHopByHop(headers, { keepUpgrade: true });
    this.#finalizeAnswer(attempt, headers);
    this.#endTimeout();
    this.#callbacks.upgrade(headers, connection);
  }

  onFailure(attempt: UpstreamAttempt, failure: UpstreamFailure): void {
    this.#endTimeout();
    attempt.host.counters.rqError += 1;
    attempt.host.monitor.putLocalOrigin("connect failed");
    const info = this.#callbacks.streamInfo;
    if (failure.sent !== "nothing") info.addAttemptedHost(attempt.host);
    info.upstreamTransportFailure = failure.transportReason;
    const reply = replyToFailure(failure, this.#environment.settings.suppressEnvoyHeaders);
    if (this.#forwarded !== undefined) this.#countCode(this.#forwarded, reply.status);
    this.#callbacks.sendLocalReply(reply);
  }

  onAnswerEnd(attempt: UpstreamAttempt, end: BodyEnd): void {
    this.#endTimeout();
    this.#callbacks.streamInfo.mark("US_RX_END");
    if (!(end instanceof BodyFailure)) {
      this.#recordTime();
      return;
    }
    this.#countLateReset(attempt);
    const { streamInfo } = this.#callbacks;
    streamInfo.setFlag(FLAG_OF_RESET[end.reason]);
    streamInfo.responseCodeDetails = DETAILS.upstreamResetAfterResponse(end.reason);
  }

  #finalizeAnswer(attempt: UpstreamAttempt, headers: HeaderMap): void {
    const forwarded = this.#forwarded;
    if (forwarded === undefined) return;
    const { route, request } = forwarded;
    const { streamInfo } = this.#callbacks;
    streamInfo.addAttemptedHost(attempt.host);
    streamInfo.responseCodeDetails = DETAILS.viaUpstream;
    const status = Number(headers.get(":status"));
    streamInfo.responseCode = status;
    this.#countCode(forwarded, status);
    tellMonitor(attempt.host.monitor, headers, status);
    if (status >= 500) attempt.host.counters.rqError += 1;
    else attempt.host.counters.rqSuccess += 1;
    const elapsedMs = this.#elapsedMs();
    if (elapsedMs !== undefined && !this.#environment.settings.suppressEnvoyHeaders) {
      headers.set("x-envoy-upstream-service-time", String(elapsedMs));
    }
    route.finalizeResponseHeaders(headers, request, streamInfo);
  }

  /** `undefined` before the request was complete: an answer that comes earlier has no time. */
  #elapsedMs(): number | undefined {
    const sinceMs = this.#requestCompleteMs;
    return sinceMs === undefined ? undefined : Math.floor(this.#callbacks.clock.monotonicMs() - sinceMs);
  }

  #recordTime(): void {
    const elapsedMs = this.#elapsedMs();
    const forwarded = this.#forwarded;
    if (elapsedMs === undefined || forwarded === undefined || !this.#environment.settings.dynamicStats) return;
    forwarded.cluster.stats.recordResponseTime(elapsedMs, forwarded.isInternal);
  }

  #onTimeout(): void {
    const [attempt, forwarded] = [this.#attempt, this.#forwarded];
    if (attempt === undefined || forwarded === undefined) return;
    forwarded.cluster.stats.rqTimeout.inc();
    if (attempt.isWaiting) {
      attempt.host.counters.rqTimeout += 1;
      attempt.host.counters.rqError += 1;
      attempt.host.monitor.putLocalOrigin("timeout", forwarded.timeout.status);
      attempt.cancel("local reset");
      this.#replyTimeout(forwarded);
      return;
    }
    this.#countLateReset(attempt);
    this.#callbacks.streamInfo.setFlag("UpstreamRequestTimeout");
    this.#callbacks.streamInfo.responseCodeDetails = DETAILS.responseTimeout;
    this.#callbacks.resetStream("local reset");
  }

  /** Only gRPC: the code of any other answer has told whether the request succeeded. */
  #countLateReset(attempt: UpstreamAttempt): void {
    if (this.#forwarded === undefined || !isGrpcRequest(this.#forwarded.request)) return;
    attempt.host.counters.rqError += 1;
    this.#environment.stats.resetAfterResponseStarted.inc();
  }

  #replyTimeout(forwarded: Forwarded): void {
    const { status } = forwarded.timeout;
    this.#countCode(forwarded, status);
    this.#callbacks.sendLocalReply({
      status,
      body: status === 504 ? "upstream request timeout" : "",
      details: DETAILS.responseTimeout,
      flag: "UpstreamRequestTimeout",
    });
  }

  #countCode({ cluster, isInternal }: Forwarded, status: number): void {
    if (this.#environment.settings.dynamicStats) cluster.stats.countResponse(status, isInternal);
  }
}
