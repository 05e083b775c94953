import { AccessLogs } from "../access-log/access-log.ts";
import type { Clock } from "../host/clock.ts";
import type { LogSinks } from "../host/log-sink.ts";
import type { Logger } from "../host/logger.ts";
import type { RandomSource } from "../host/random-source.ts";
import type { Timers } from "../host/timers.ts";
import type { BodySource } from "../http/body-source.ts";
import type { HeaderMap } from "../http/header-map.ts";
import { removeHopByHop } from "../http/hop-by-hop.ts";
import type { LocalReply } from "../http/local-reply.ts";
import { DETAILS } from "../http/response-code-details.ts";
import { type DownstreamInfo, StreamInfo } from "../http/stream-info.ts";
import type { DownstreamStream } from "../http-filter/downstream-stream.ts";
import type { FilterChain } from "../http-filter/filter-chain.ts";
import { FilterManager, type FilterManagerCounters } from "../http-filter/filter-manager.ts";
import type { ConnectionCheck } from "../network-filter/downstream-tls.ts";
import { ActiveStream, type HttpStream } from "./active-stream.ts";
import type { CompiledConnectionManager } from "./compile-connection-manager.ts";
import { ConnectionManagerStats } from "./connection-manager-stats.ts";
import { switchedChain } from "./filter-switches.ts";
import { checkRequest } from "./request-check.ts";
import { traceRequest } from "./request-tracing.ts";
import { sanitizeRequest } from "./request-sanitizer.ts";
import { LocalReplyMapper } from "./local-reply/local-reply-mapper.ts";
import { StreamLog, type StreamLogOptions } from "./stream-log.ts";
import { StreamRoutes } from "./route-resolver.ts";
import { judgeUpgrade, requestedUpgrade } from "./upgrade.ts";

/** `per_connection_buffer_limit_bytes` of listeners and clusters where they do not set it. */
const DEFAULT_BUFFER_LIMIT_BYTES = 1024 * 1024;

const UPGRADE_REFUSED: LocalReply = { status: 403, details: DETAILS.upgradeFailed };

/** A request as a host hands it over. */
export interface DownstreamRequest {
  /** With pseudo headers; the stream owns it from now on. */
  readonly headers: HeaderMap;
  readonly body: BodySource | undefined;
  readonly downstream: DownstreamInfo;
}

export interface ConnectionManagerPorts {
  readonly clock: Clock;
  readonly timers: Timers;
  readonly random: RandomSource;
  readonly logger: Logger;
  readonly logs: LogSinks;
}

/**
 * Takes requests through sanitising, routing and the filter chain, and keeps the books on them. One instance per compiled
 * configuration; a stream stays with the one that it began on.
 */
export class ConnectionManager {
  readonly #compiled: CompiledConnectionManager;
  readonly #ports: ConnectionManagerPorts;
  readonly #connectionCheck: ConnectionCheck | undefined;
  readonly #stats: ConnectionManagerStats;
  readonly #filterCounters: FilterManagerCounters;
  /** Absent where nothing is logged. */
  readonly #log: StreamLogOptions | undefined;
  readonly #usual: { readonly chain: FilterChain };

  constructor(compiled: CompiledConnectionManager, ports: ConnectionManagerPorts, connectionCheck?: ConnectionCheck) {
    this.#connectionCheck = connectionCheck;
    this.#compiled = compiled;
    this.#ports = ports;
    this.#usual = { chain: compiled.chain };
    this.#stats = new ConnectionManagerStats(compiled.stats, compiled.codecStats);
    const { accessLogs, logMoments: moments } = compiled;
    const { timers, logs } = ports;
    if (accessLogs.length > 0) this.#log = { logs: new AccessLogs(accessLogs, logs), moments, timers };
    this.#filterCounters = {
      filterException: compiled.stats.counter("filter_exception"),
      lateCallback: compiled.stats.counter("late_callback"),
    };
  }

  /** Starts a stream. The answer goes to `downstream`, possibly before this returns. */
  handle(request: DownstreamRequest, downstream: DownstreamStream): HttpStream {
    const { clock, random, timers } = this.#ports;
    const { policies, routes, localReplies } = this.#compiled;
    const { headers, body } = request;
    const info = new StreamInfo({
      startWallMs: clock.wallMs(),
      startMonotonicMs: clock.monotonicMs(),
      downstream: request.downstream,
      clock,
      random,
    });
    const known = { requestHeaders: headers, streamInfo: info, random };
    this.#stats.onStart(request.downstream.protocol);
    const refusal = this.#admit(headers, info);
    const log = this.#log && new StreamLog(this.#log, known);
    const stream = new ActiveStream({
      info,
      requestHeaders: headers,
      log,
      client: downstream,
      timeouts: policies.timeouts,
      responsePolicy: policies.response,
      stats: this.#stats,
      clock,
      timers,
    });
    const streamRoutes = new StreamRoutes(routes, random, info, (route, matched) => stream.applyRoute(route, matched));
    if (policies.tracing !== undefined && refusal === undefined) {
      const route = streamRoutes.early(headers);
      const traced = traceRequest(policies.tracing, headers, { info, route, random });
      this.#stats.onTracing(traced.reason);
      stream.operation = traced.operation;
    }
    const verdict = this.#chooseChain(headers, streamRoutes);
    const manager = new FilterManager({
      chain: verdict.chain,
      streamInfo: info,
      downstream: stream,
      routes: streamRoutes,
      rewriter: localReplies && new LocalReplyMapper(localReplies, known),
      counters: this.#filterCounters,
      bufferLimits: { request: DEFAULT_BUFFER_LIMIT_BYTES, response: DEFAULT_BUFFER_LIMIT_BYTES },
      ...this.#ports,
    });
    stream.attach(manager);
    const watched = stream.watchRequest(body);
    const reply = refusal ?? verdict.reply;
    if (this.#log?.moments.onStart === true) streamRoutes.early(headers);
    log?.onStart();
    if (reply === undefined) manager.decode(headers, watched);
    else {
      this.#stats.onRefusal(reply);
      manager.refuse(headers, watched, reply);
    }
    stream.deadlines.watch();
    return stream;
  }

  /** Checks the request and makes its headers trustworthy; gives the answer to one that goes no further. */
  #admit(headers: HeaderMap, info: StreamInfo): LocalReply | undefined {
    const { check, sanitizer } = this.#compiled.policies;
    const before = headers.size;
    const refusal = this.#connectionCheck?.(info.downstream) ?? checkRequest(headers, check);
    if (headers.size < before) this.#stats.onDroppedHeaders(before - headers.size);
    // Before anything adds a header: a client must not be able to name one away that a filter is going to set.
    removeHopByHop(headers, { keepUpgrade: true });
    return refusal ?? sanitizeRequest(headers, info, sanitizer, this.#ports.random);
  }

  /** The filters that the request passes, or the answer to an upgrade that its route does not allow. */
  #chooseChain(headers: HeaderMap, routes: StreamRoutes): { readonly chain: FilterChain; readonly reply?: LocalReply } {
    const { chain, upgrades, hasFilterSwitches } = this.#compiled;
    const upgrade = requestedUpgrade(headers);
    if (upgrade === undefined && !hasFilterSwitches) return this.#usual;
    const route = routes.early(headers);
    const verdict = upgrade === undefined ? undefined : judgeUpgrade(upgrade, upgrades, route);
    // As in Envoy, a request that has no route is answered with 404 and not with 403.
    if (verdict?.kind === "refused" && route !== undefined) return { chain, reply: UPGRADE_REFUSED };
    const chosen = (verdict?.kind === "allowed" ? verdict.chain : undefined) ?? chain;
    return { chain: hasFilterSwitches ? switchedChain(chosen, route) : chosen };
  }
}
